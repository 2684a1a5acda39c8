import { issueLeaf, toIdentity } from '../../harness/identity.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../../harness/partners.js';
import { refusedSoon, uploadCrl } from '../../harness/revocation.js';
import { credentialsForm, tokenRequest } from '../../harness/token-endpoint.js';
import type { Identity } from '../../harness/wire.js';
import { ACCEPTED, invalidClient, type AttackCase, type Attempt, type Expected } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';

/** §3.2 of the catalogue: certificates that their authority has revoked, or of which it does not say so. */
export const REVOCATION: readonly AttackCase[] = [
  {
    id: 'CV-09',
    title: 'refuses a certificate that stands on a CRL of its authority',
    source: 'RFC 5280 §6.3; ASVS 12.1.4',
    attempts: async (world) => {
      const attempts = ['hard', 'soft'].map(async (mode) => {
        const { partner, client } = await partnerUnder(world, mode as 'hard' | 'soft');
        const stolen = await issueLeaf(partner.root, client.subject);
        await uploadCrl(world.operator, partner, [stolen]);
        await refusedSoon(world.operator, { ...client, identity: toIdentity(stolen) });
        return [
          attempt(world, `its new certificate (${mode})`, client, client.identity, ACCEPTED),
          attempt(
            world,
            `its revoked certificate (${mode})`,
            client,
            toIdentity(stolen),
            invalidClient('certificate_revoked'),
          ),
        ];
      });
      return (await Promise.all(attempts)).flat();
    },
  },
  {
    id: 'CV-10',
    title:
      'takes a CRL past nextUpdate for no answer: refused where one is asked for, else accepted and recorded',
    source: 'keycloak#35983; RFC 5280 §6.3.3',
    attempts: async (world) => {
      const hard = await partnerUnder(world, 'hard');
      const soft = await partnerUnder(world, 'soft');
      for (const { partner } of [hard, soft])
        await uploadCrl(world.operator, partner, [], { made: -2, ends: -1 });
      await refusedSoon(world.operator, hard.client);
      return [
        attempt(world, 'hard', hard.client, hard.client.identity, invalidClient('revocation_unknown')),
        attempt(world, 'soft', soft.client, soft.client.identity, ACCEPTED),
      ];
    },
  },
];

/** A partner under whose anchor revocation is asked for, and a client of it that gets tokens. */
async function partnerUnder(world: AttackWorld, mode: 'hard' | 'soft') {
  const partner = await registerPartner(world.operator, `revoking-${mode}`, mode);
  world.onClose(() => world.operator.post(`partners/${partner.id}/suspend`));
  await uploadCrl(world.operator, partner, [], { made: -3, ends: 1 });
  return { partner, client: await registerNamedClient(world.operator, partner) };
}

function attempt(
  world: AttackWorld,
  name: string,
  { clientId }: NamedClient,
  as: Identity,
  expected: Expected,
): Attempt {
  return { name, to: world.token, as, send: tokenRequest(credentialsForm(clientId)), expected };
}
