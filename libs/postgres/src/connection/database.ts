import type { ClientBase } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { isOutage, StorageUnavailable } from './storage-unavailable.js';

/** How a transaction runs. */
export interface TransactionOptions {
  /** Milliseconds for everything, getting a connection included. */
  readonly within: number;
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ';
}

/**
 * The only way in which this library's adapters use the pool: every piece of work has a time limit, after which its
 * connection is destroyed. A server that swallows packets can therefore neither hang a caller nor drain the pool.
 */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  /**
   * Runs `work` on one connection, for at most `milliseconds`. Throws `StorageUnavailable` when the database does not
   * answer in time or not at all. `work` does not begin unless a connection was got in time.
   */
  async within<T>(milliseconds: number, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const limit = timeLimit(milliseconds);
    const connecting: Promise<ClientBase> = runner.connect();
    let reusable = false;
    try {
      await Promise.race([connecting.catch(unavailable), limit.exceeded]);
      const result = await Promise.race([work(runner), limit.exceeded]);
      reusable = true;
      return result;
    } catch (error) {
      if (isOutage(error)) throw new StorageUnavailable('unchanged', { cause: error });
      // A statement that was refused leaves the connection as it was.
      reusable = !(error instanceof StorageUnavailable) && !runner.isTransactionActive;
      throw error;
    } finally {
      limit.clear();
      const usable = reusable;
      // Also when the connection arrives only after the limit: it must not be lost to the pool.
      connecting.then(
        (connection) => {
          if (!usable) endNow(connection);
          void runner.release();
        },
        () => undefined,
      );
    }
  }

  /**
   * Runs `work` in one transaction. When the promise resolves, the server has confirmed the commit. Throws
   * `StorageUnavailable` with the outcome `unknown` if the connection is lost during the commit, whatever was the truth.
   */
  async transaction<T>(
    options: TransactionOptions,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    let committing = false;
    try {
      return await this.within(options.within, async (runner) => {
        await runner.startTransaction(options.isolation);
        try {
          const result = await work(runner.manager);
          committing = true;
          await runner.commitTransaction();
          return result;
        } catch (error) {
          if (!committing && !isOutage(error)) await runner.rollbackTransaction();
          throw error;
        }
      });
    } catch (error) {
      if (committing && error instanceof StorageUnavailable)
        throw new StorageUnavailable('unknown', { cause: error.cause });
      throw error;
    }
  }
}

function unavailable(cause: unknown): never {
  throw new StorageUnavailable('unchanged', { cause });
}

/** With a statement under way, `end` destroys the socket; and the pool takes no connection back that is ending. */
function endNow(connection: ClientBase): void {
  connection.on('error', () => undefined);
  void (connection as ClientBase & { end(): Promise<void> }).end().catch(() => undefined);
}

function timeLimit(milliseconds: number): { exceeded: Promise<never>; clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const exceeded = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new StorageUnavailable('unchanged', { cause: new Error(`no answer within ${milliseconds} ms`) }),
        ),
      milliseconds,
    );
  });
  exceeded.catch(() => undefined);
  return { exceeded, clear: () => clearTimeout(timer) };
}
