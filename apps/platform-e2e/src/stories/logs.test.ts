import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findSecretsInLogs } from '../harness/logs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, requestToken, tokenOf, toOrders, withToken } from '../harness/token-endpoint.js';
import { exchange } from '../harness/wire.js';

const stack = sharedStack();
const { acme, beta } = demoClients(stack);

/** The same look at all logs of the whole run follows when the shared stack is stopped: shared-stack.ts. */
describe('the logs of a stack', () => {
  it('hold no token, private key or password after accepted and refused calls (ASVS 16.2.5)', async () => {
    const token = await tokenOf(stack, acme);
    await exchange(toOrders(stack, acme.identity), withToken(token));
    await exchange(toOrders(stack, beta.identity), withToken(token));
    await exchange(toOrders(stack, acme.identity), { target: `/orders?access_token=${token}` });
    await exchange(toOrders(stack, acme.identity), { target: `/${token}` });
    await requestToken(stack, acme, [['client_assertion', token]]);
    await requestToken({ ...stack }, { ...acme, clientId: token.slice(0, 60) });
    const [, claims = '', signature = ''] = token.split('.');
    expect(findSecretsInLogs(stack, { token, claims, signature, key: acme.identity.privateKey })).toEqual([]);
  });

  it('would be reported if they did', async () => {
    const home = newDirectory('leaky');
    mkdirSync(join(home, 'logs'));
    const token = await tokenOf(stack, acme);
    appendFileSync(join(home, 'logs', 'some.log'), `{"authorization":"Bearer ${token}"}\n`);
    expect(findSecretsInLogs({ home, logs: join(home, 'logs') })).toEqual([
      { file: 'some.log', what: 'a signed token' },
    ]);
  });
});
