import { appendFile, mkdtemp, readFile, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chainEvent, emptyStream, type AuditEvent, type ChainedEvent } from '@holdfast/audit-trail';
import {
  AuditSpool,
  findLeftSpools,
  prepareSpoolDirectory,
  replayLeftSpool,
  type LeftSpool,
} from './audit-spool.js';

const STREAM = 'token-service-1';

function chained(count: number, size = 1): ChainedEvent[] {
  const events: ChainedEvent[] = [];
  for (let n = 1; n <= count; n += 1) {
    const event = { kind: 'token.issued', detail: { n, text: 'ü'.repeat(size) } } as unknown as AuditEvent;
    events.push(chainEvent(events.at(-1) ?? emptyStream(STREAM), event));
  }
  return events;
}

describe('AuditSpool', () => {
  let directory: string;
  let spool: AuditSpool;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-spool-'));
    spool = new AuditSpool({ directory, stream: STREAM, maxBytes: 1_000_000 });
  });
  afterEach(async () => {
    await spool.close();
    await rm(directory, { recursive: true });
  });

  const replayed = async (): Promise<ChainedEvent[]> => {
    const events: ChainedEvent[] = [];
    await spool.replay(async (batch) => void events.push(...batch));
    return events;
  };
  /** As after a `kill -9`: the file is there, the process is not. */
  const left = async (): Promise<LeftSpool[]> => {
    await spool.close();
    return findLeftSpools(directory, 'token-service');
  };
  const replayLeft = async (file: LeftSpool): Promise<ChainedEvent[]> => {
    const events: ChainedEvent[] = [];
    await replayLeftSpool(file, async (batch) => void events.push(...batch));
    return events;
  };

  it('gives back what it was given, in order, once', async () => {
    const events = chained(1_203, 20);
    await spool.append(events.slice(0, 3));
    expect(await replayed()).toEqual(events.slice(0, 3));
    await spool.append(events.slice(3));
    expect(await replayed()).toEqual(events.slice(3));
    expect(await replayed()).toEqual([]);
  });

  it('gives back events across the borders of its reads', async () => {
    const wide = new AuditSpool({ directory, stream: 'wide-1', maxBytes: 50_000_000 });
    const events = chained(40, 50_000);
    await wide.append(events);
    const found: ChainedEvent[] = [];
    await wide.replay(async (batch) => void found.push(...batch));
    expect(found).toEqual(events);
    await wide.remove();
  });

  it('begins again where an interrupted replay stopped', async () => {
    await spool.append(chained(700));
    let batches = 0;
    const failing = spool.replay(async () => {
      batches += 1;
      if (batches === 2) throw new Error('away');
    });
    await expect(failing).rejects.toThrow('away');
    expect((await replayed()).map(({ seq }) => seq)[0]).toBe(501);
  });

  it('is readable by nobody else, and leaves no file after remove', async () => {
    await spool.append(chained(1));
    const [name] = await readdir(directory);
    expect((await stat(join(directory, name!))).mode & 0o777).toBe(0o600);
    await spool.remove();
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses what does not fit, and keeps what it has', async () => {
    const small = new AuditSpool({ directory, stream: 'small-1', maxBytes: 1_000 });
    const events = chained(10);
    await small.append(events.slice(0, 2));
    await expect(small.append(events.slice(2))).rejects.toMatchObject({ name: 'SpoolFull' });
    const found: ChainedEvent[] = [];
    await small.replay(async (batch) => void found.push(...batch));
    expect(found).toEqual(events.slice(0, 2));
    await small.remove();
  });

  it('hides the file of a spool that is open from those who look for left ones', async () => {
    await spool.append(chained(1));
    expect(await findLeftSpools(directory, 'token-service')).toEqual([]);
    expect(await left()).toHaveLength(1);
  });

  it('leaves the file of another app alone', async () => {
    await appendFile(join(directory, 'admin-1.1.spool'), '');
    expect(await findLeftSpools(directory, 'token-service')).toEqual([]);
  });

  it('gives the events of a file whose writer may still run, and leaves the file: its id may be another process by now', async () => {
    const events = chained(2);
    await spool.append(events);
    const [file] = await left();
    const inUse = join(directory, `token-service-2.${process.ppid}.spool`);
    await rename(file!.path, inUse);
    const [found] = await findLeftSpools(directory, 'token-service');
    expect(found).toEqual({ path: inUse, inUse: true });
    expect(await replayLeft(found!)).toEqual(events);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('drops a torn last line, which was never acknowledged, and keeps the lines before it', async () => {
    const events = chained(3);
    await spool.append(events);
    const [file] = await left();
    await truncate(file!.path, (await stat(file!.path)).size - 5);
    expect(await replayLeft(file!)).toEqual(events.slice(0, 2));
    expect(await readdir(directory)).toEqual([]);
  });

  it('keeps a complete last line', async () => {
    const events = chained(3);
    await spool.append(events);
    const [file] = await left();
    expect((await readFile(file!.path, 'utf8')).endsWith('\n')).toBe(true);
    expect(await replayLeft(file!)).toEqual(events);
  });

  it.each([
    ['not JSON', 'x\n'],
    ['not an event', '{"stream":"s"}\n'],
  ])('throws at a damaged line in the middle (%s), and leaves the file for a person', async (_name, line) => {
    await spool.append(chained(1));
    const [file] = await left();
    await appendFile(file!.path, line);
    await expect(replayLeft(file!)).rejects.toThrow(SyntaxError);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('does not remove a left file whose events could not be inserted', async () => {
    await spool.append(chained(1));
    const [file] = await left();
    await expect(replayLeftSpool(file!, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('says at the start that a directory cannot be used', async () => {
    const file = join(directory, 'a-file');
    await appendFile(file, '');
    await expect(prepareSpoolDirectory(join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
    await prepareSpoolDirectory(join(directory, 'new', 'below'));
  });
});
