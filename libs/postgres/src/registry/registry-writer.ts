import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@holdfast/audit-trail';
import type { Actor, WriteRefusal, Written } from '@holdfast/client-registry';
import type { EntityManager } from 'typeorm';
import { appendInTransaction, newStreamName } from '../audit/audit-rows.js';
import type { Database } from '../connection/database.js';
import { serverErrorIn } from '../connection/storage-unavailable.js';

/** The channel on which replicas hear that there is a new version; the payload is its number and nothing else. */
export const REGISTRY_CHANNEL = 'holdfast_registry';

export interface RegistryWriterOptions {
  /** The app: begins the name of the audit stream. */
  readonly application: string;
  readonly now: () => Date;
  /** Milliseconds that a write may take. Default 3 000. */
  readonly writeWithinMillis?: number;
}

/** One write under way: its rows carry `version`. */
export interface RegistryWrite {
  readonly rows: EntityManager;
  readonly version: bigint;
  readonly actor: Actor;
}

/** What is particular about the audit event of a write. */
export type EventFacts = Pick<AuditEvent, 'kind' | 'partnerId' | 'clientId' | 'detail'>;

export type WriteOutcome<T> =
  | { readonly changed: T; readonly event: EventFacts }
  /** It was so already: no version, no event. */
  | { readonly unchanged: T }
  | WriteRefusal;

/**
 * Runs writes to the registry: version, rows, audit event and notification are one transaction.
 *
 * The version row is locked first, so writes of all processes come one after the other: what a write reads is still
 * true when it commits, and versions become visible in their order. The constraints decide all the same. An app has one
 * writer, which all that changes the registry shares: it is one audit stream.
 */
export class RegistryWriter {
  /** This process run's own stream; the lock on the version serialises its writers. */
  private readonly stream: string;
  readonly now: () => Date;
  private readonly within: number;

  constructor(
    readonly database: Database,
    { application, now, writeWithinMillis = 3_000 }: RegistryWriterOptions,
  ) {
    this.stream = newStreamName(`${application}-registry`, randomUUID());
    this.now = now;
    this.within = writeWithinMillis;
  }

  /** `what` names the entity that is written, for a refusal because of a constraint. */
  async write<T>(
    actor: Actor,
    what: string,
    work: (write: RegistryWrite) => Promise<WriteOutcome<T>>,
  ): Promise<Written<T>> {
    try {
      return await this.database.transaction({ within: this.within }, async (rows) => {
        const version = await advanceVersion(rows);
        const outcome = await work({ rows, version, actor });
        if ('refused' in outcome) throw new NothingToCommit<T>({ written: false, ...outcome });
        if ('unchanged' in outcome) throw new NothingToCommit<T>({ written: true, value: outcome.unchanged });
        await appendInTransaction(rows, this.stream, this.toEvent(actor, outcome.event));
        await rows.query('SELECT pg_notify($1, $2)', [REGISTRY_CHANNEL, version.toString()]);
        return { written: true, value: outcome.changed };
      });
    } catch (error) {
      if (error instanceof NothingToCommit) return (error as NothingToCommit<T>).result;
      // Only a violated constraint (23505) is the caller's; other errors may carry a constraint's name, too.
      const { code, constraint = '' } = serverErrorIn(error) ?? {};
      const refused = code === UNIQUE_VIOLATION ? REFUSED_BY[constraint] : undefined;
      if (refused === undefined) throw error;
      return { written: false, refused, what };
    }
  }

  private toEvent(actor: Actor, facts: EventFacts): AuditEvent {
    return {
      ...facts,
      at: this.now().toISOString(),
      actor: actor.id,
      requestId: actor.requestId,
      reason: null,
    };
  }
}

/** Carries a result out of a transaction that is rolled back. */
class NothingToCommit<T> extends Error {
  constructor(readonly result: Written<T>) {
    super('nothing to commit');
  }
}

async function advanceVersion(rows: EntityManager): Promise<bigint> {
  const [updated] = (await rows.query('UPDATE registry_version SET v = v + 1 RETURNING v')) as [
    { v: string }[],
    number,
  ];
  return BigInt(updated[0]!.v);
}

const UNIQUE_VIOLATION = '23505';

/** What a violated constraint means to the caller. Any other violation is a fault of ours. */
const REFUSED_BY: { readonly [constraint: string]: 'already_exists' | 'identity_taken' | undefined } = {
  partner_pkey: 'already_exists',
  trust_anchor_pkey: 'already_exists',
  trust_anchor_key_taken: 'already_exists',
  client_pkey: 'already_exists',
  resource_pkey: 'already_exists',
  access_grant_taken: 'already_exists',
  credential_thumbprint_taken: 'identity_taken',
  credential_key_taken: 'identity_taken',
  credential_name_taken: 'identity_taken',
  credential_one_key_set: 'already_exists',
};
