import type { Actor, KeyRotation, SigningKeyAdministration, Written } from '@holdfast/client-registry';
import { scheduleOf, type KeyPurpose, type SigningKeyFacts } from '@holdfast/oauth-protocol';
import type { EntityManager } from 'typeorm';
import { deny } from '../registry/deny-rows.js';
import { WITHIN_MS } from '../registry/registry-page.js';
import type { RegistryWriter, WriteOutcome } from '../registry/registry-writer.js';
import { SigningKeyRow, toSigningKeyFacts } from '../rows/signing-key.row.js';

/** All but the private half, which the role of the admin app may not read. */
const PUBLIC_COLUMNS = {
  kid: true,
  purpose: true,
  createdAt: true,
  activatesAt: true,
  replaces: true,
  replaceAt: true,
  withdrawnAt: true,
} as const;

/** Orders about signing keys, on PostgreSQL. Each is a new version of the registry, by which the token services hear of it. */
export class PostgresSigningKeyAdministration implements SigningKeyAdministration {
  constructor(private readonly writer: RegistryWriter) {}

  listSigningKeys(): Promise<readonly SigningKeyFacts[]> {
    return this.writer.database.within(WITHIN_MS, ({ manager }) => read(manager));
  }

  rotateSigningKey(actor: Actor, purpose: KeyPurpose, activatesAt: Date): Promise<Written<KeyRotation>> {
    const what = `a signing key for ${purpose}`;
    return this.writer.write(actor, what, async ({ rows }): Promise<WriteOutcome<KeyRotation>> => {
      const keys = await read(rows, { purpose });
      const { states } = scheduleOf(keys, this.writer.now());
      const last = keys.find(({ kid }) => kid === [...states.keys()].at(-1));
      if (last === undefined) return { refused: 'not_found', what };
      if (states.get(last.kid) === 'next')
        return { refused: 'not_allowed', what: `a rotation while the key ${last.kid} waits for its time` };
      const ordered = { purpose, replaces: last.kid };
      if (last.replaceAt !== undefined) return { unchanged: { ...ordered, activatesAt: last.replaceAt } };
      await rows.update(SigningKeyRow, { kid: last.kid }, { replaceAt: activatesAt });
      const detail = { ...ordered, activatesAt: activatesAt.toISOString() };
      const event = {
        kind: 'signing_key.rotation_ordered',
        partnerId: null,
        clientId: null,
        detail,
      } as const;
      return { changed: { ...ordered, activatesAt }, event };
    });
  }

  withdrawSigningKey(actor: Actor, kid: string): Promise<Written<SigningKeyFacts>> {
    const what = `signing key ${kid}`;
    return this.writer.write(actor, what, async (write): Promise<WriteOutcome<SigningKeyFacts>> => {
      const [key] = await read(write.rows, { kid });
      if (key === undefined) return { refused: 'not_found', what };
      if (key.withdrawnAt !== undefined) return { unchanged: key };
      const now = this.writer.now();
      await write.rows.update(SigningKeyRow, { kid }, { withdrawnAt: now });
      // Without an end: whoever has the key can sign tokens of any age.
      await deny(write, { kind: 'kid', kid }, now);
      const detail = { kid, purpose: key.purpose };
      const event = { kind: 'signing_key.withdrawn', partnerId: null, clientId: null, detail } as const;
      return { changed: { ...key, withdrawnAt: now }, event };
    });
  }
}

async function read(
  rows: EntityManager,
  where: { readonly purpose?: KeyPurpose; readonly kid?: string } = {},
): Promise<readonly SigningKeyFacts[]> {
  const found = await rows.find(SigningKeyRow, { select: PUBLIC_COLUMNS, where });
  return found.map(toSigningKeyFacts);
}
