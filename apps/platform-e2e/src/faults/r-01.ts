import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { Operator } from '../harness/operator.js';
import { registerPartner } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { judgeWrites, newWriteHistory, writeClients } from './client-writer.js';
import type { FaultReport, FaultTest } from './fault-test.js';

const KILLS = { full: 20, short: 3 } as const;
const WRITERS = 8;
/** When the kill comes, after the writers have begun: somewhere among some dozens of writes. Milliseconds. */
const EARLIEST_KILL_MS = 150;
const LATEST_KILL_MS = 500;

/** `kill -9` of an admin replica during parallel writes. The replica is one of its own beside the stack's. */
export const R_01: FaultTest = {
  id: 'R-01',
  title: 'kill -9 of an admin replica during 8 parallel writers',
  target: 'every acknowledged write present, the others all or nothing, audit events 1:1, chain intact',
  run,
};

async function run(stack: StackUnderTest, size: 'full' | 'short'): Promise<FaultReport> {
  const operator = new Operator(stack);
  const partner = await registerPartner(operator, 'written');
  const logs = newDirectory('r-01');
  const { application, url } = await beside(stack, 'admin');
  const history = newWriteHistory();
  let injected = 0;
  for (let kill = 0; kill < KILLS[size]; kill += 1) {
    const admin = await AppProcess.start(application, logs);
    const over = new AbortController();
    const writers = Array.from({ length: WRITERS }, () =>
      writeClients(operator, partner, url, history, over.signal),
    );
    await delay(randomInt(EARLIEST_KILL_MS, LATEST_KILL_MS));
    if (history.inFlight > 0) injected += 1;
    await admin.kill();
    over.abort();
    await Promise.all(writers);
  }

  const { lost, halves, uninvited } = await judgeWrites(stack, history);
  const audit = await operator.get('audit/verify');
  await operator.post(`partners/${partner.id}/suspend`);
  const { acknowledged, unanswered, refused } = history;
  return {
    injected,
    figure:
      `${lost.length} lost of ${acknowledged.length} acknowledged writes, ${halves.length} half of ` +
      `${unanswered.length} unanswered, audit ${audit['intact'] === true ? 'intact' : 'NOT intact'}`,
    violations: [
      ...lost.map((id) => `lost: ${id}`),
      ...halves.map((id) => `there in part: ${id}`),
      ...uninvited.map((id) => `refused, and there: ${id}`),
      ...refused.map((id) => `refused for no reason: ${id}`),
      ...(acknowledged.length === 0 ? ['no write was acknowledged'] : []),
      ...(audit['intact'] === true ? [] : [`audit verify: ${JSON.stringify(audit['faults'])}`]),
    ],
  };
}
