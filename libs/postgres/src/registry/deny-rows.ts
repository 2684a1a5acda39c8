import { randomUUID } from 'node:crypto';
import type { Credential } from '@holdfast/client-registry';
import { LONGEST_TOKEN_LIFE, type DeniedAccess, type DenyEntry } from '@holdfast/oauth-protocol';
import { In, IsNull } from 'typeorm';
import { DenyEntryRow } from '../rows/index.js';
import type { RegistryWrite } from './registry-writer.js';

/**
 * Every token service has heard of a write by then, by polling at the latest; until then it may issue what should stop. Seconds.
 */
const HEARD_WITHIN = 2;

/** Enters what is denied until it is taken back: a partner, a client, a certificate or a key. Idempotent. */
export async function deny(
  { rows, version, actor }: RegistryWrite,
  denied: DeniedAccess,
  now: Date,
  note: string | null = null,
): Promise<void> {
  const made = { deniedAt: now, deniedBy: actor.id, note };
  const facts = { denied, ...made, expiresAt: null, version, deletedAt: null };
  await rows.upsert(DenyEntryRow, { id: standingId(denied), ...facts }, ['id']);
}

/** Enters what is denied about tokens that were issued already: it ends with the last of them. */
export async function denyIssued(
  { rows, version, actor }: RegistryWrite,
  denied: DeniedAccess,
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + LONGEST_TOKEN_LIFE * 1_000);
  const id = `${denied.kind}/${randomUUID()}`;
  await rows.insert(DenyEntryRow, {
    id,
    denied,
    deniedAt: now,
    deniedBy: actor.id,
    note: null,
    expiresAt,
    version,
    deletedAt: null,
  });
}

/** Enters the tokens that these clients have got so far, of which any may be by a name under the anchor. */
export async function denyIssuedUnder(
  { rows, version, actor }: RegistryWrite,
  anchorId: string,
  clients: readonly string[],
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + LONGEST_TOKEN_LIFE * 1_000);
  const made = { deniedAt: now, deniedBy: actor.id, note: `anchor ${anchorId}`, expiresAt };
  const entries = clients.map((client) => ({
    id: idUnder(anchorId, client),
    denied: { kind: 'client', client, issued_before: issuedBefore(now) } as const,
    ...made,
    version,
    deletedAt: null,
  }));
  // A statement has a bounded number of parameters.
  for (let from = 0; from < entries.length; from += BATCH)
    await rows.upsert(DenyEntryRow, entries.slice(from, from + BATCH), ['id']);
}

/** Takes back what was entered with the anchor, as far as it has not ended by itself. */
export async function allowIssuedUnder(
  { rows, version }: RegistryWrite,
  anchorId: string,
  clients: readonly string[],
  now: Date,
): Promise<void> {
  const ids = clients.map((client) => idUnder(anchorId, client));
  for (let from = 0; from < ids.length; from += BATCH)
    await rows.update(
      DenyEntryRow,
      { id: In(ids.slice(from, from + BATCH)), deletedAt: IsNull() },
      { deletedAt: now, version },
    );
}

const BATCH = 1_000;
const idUnder = (anchorId: string, client: string): string => `client/${client}/anchor/${anchorId}`;

/** Takes back what was denied. Whether there was anything to take back. */
export async function allowAgain(
  { rows, version }: RegistryWrite,
  denied: DeniedAccess,
  now: Date,
): Promise<boolean> {
  const { affected } = await rows.update(
    DenyEntryRow,
    { id: standingId(denied), deletedAt: IsNull() },
    { deletedAt: now, version },
  );
  return affected === 1;
}

export function toDenyEntry({ id, denied, expiresAt }: DenyEntryRow): DenyEntry {
  const end = expiresAt === null ? {} : { expires_at: Math.ceil(expiresAt.getTime() / 1_000) };
  return { id, ...(denied as DeniedAccess), ...end };
}

/** The tokens that a credential may have got: those bound to the pinned certificate, or all of the client so far. */
export function tokensOf(credential: Credential, now: Date): DeniedAccess {
  return credential.kind === 'certificate' && credential.match === 'certificate'
    ? { kind: 'thumbprint', 'x5t#S256': credential.thumbprint }
    : { kind: 'client', client: credential.clientId, issued_before: issuedBefore(now) };
}

/** `issued_before` of what stops now, in whole seconds as `iat` has them (RFC 7519 section 2). */
export const issuedBefore = (now: Date): number => Math.floor(now.getTime() / 1_000) + HEARD_WITHIN;

/** Partner, client, certificate or key: each can be denied once. */
export function standingId(denied: DeniedAccess): string {
  if (denied.kind === 'partner') return `partner/${denied.partner}`;
  if (denied.kind === 'client') return `client/${denied.client}`;
  if (denied.kind === 'thumbprint') return `thumbprint/${denied['x5t#S256']}`;
  if (denied.kind === 'kid') return `kid/${denied.kid}`;
  throw new Error(`a denial of kind ${denied.kind} ends by itself`);
}
