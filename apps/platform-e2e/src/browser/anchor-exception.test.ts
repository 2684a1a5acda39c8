import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { makeRoot, uniqueName, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerPartner, type RegisteredPartner } from '../harness/partners.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { signedInOwner } from './pages.js';
import { BROWSER_PROGRAMS, type Visitor } from './visitor.js';

const MINUTE = 60_000;
const DAY_MS = 86_400_000;
const withinMinute = needsPrograms(BROWSER_PROGRAMS);
const inBrowser = (name: string, work: () => Promise<void>) => withinMinute(name, work, MINUTE);
const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

describe('an exception for server certificates on the screens', () => {
  const operator = new Operator(sharedStack());
  let owner: Visitor;
  let partner: RegisteredPartner;

  beforeAll(async () => {
    owner = await signedInOwner(sharedStack());
    partner = await registerPartner(operator, 'exception');
  }, MINUTE);
  afterAll(() => owner.close());

  const until = async (anchor: string): Promise<unknown> =>
    (await operator.get(`anchors/${anchor}`))['server_auth_until'];

  inBrowser('lets an issuing authority for servers only be added with an end, and not without', async () => {
    const root = await makeRoot(`CN=${uniqueName('public')}`);
    const issuing = await root.issueAuthority({
      subject: `CN=${uniqueName('issuing')}`,
      extendedKeyUsage: ['serverAuth'],
      ...validNow(),
    });
    const anchor = `${partner.id}-public`;
    await owner.visit(`/anchors/new?partner=${partner.id}`);
    await owner.fill('Id', anchor);
    await owner.click('radio', 'Check, and accept when unknown');
    await owner.fill('Certificate of the authority', issuing.pem);
    await owner.read('First mend the error above.');
    await owner.fill('Accept certificates for servers only until (optional)', dayIn(90));
    await owner.click('button', 'Add trust anchor');
    await owner.arriveAt(`exception of a test`);
    await owner.read('accepted until');
    expect(await until(anchor)).toBe(`${dayIn(90)}T00:00:00.000Z`);
    expect(owner.problems).toEqual([]);
  });

  inBrowser('is set, warned about and ended where the anchor stands', async () => {
    const { id, anchor } = partner;
    await owner.visit(`/partners/${id}`);
    await owner.click('button', `Change the exception of ${anchor}`);
    await owner.fill('Accept until', dayIn(-1));
    await owner.click('button', 'Save');
    await owner.read('must lie in the future');
    await owner.fill('Accept until', dayIn(20));
    await owner.click('button', 'Save');
    await owner.read('exception ends soon');
    expect(await until(anchor)).toBe(`${dayIn(20)}T00:00:00.000Z`);
    await owner.click('button', `Change the exception of ${anchor}`);
    await owner.click('button', 'End the exception now');
    await owner.read('refused');
    expect(await until(anchor)).toBeNull();
  });
});
