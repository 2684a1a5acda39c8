import { performance } from 'node:perf_hooks';
import type { ClientBase } from 'pg';
import { QueryFailedError, type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
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
    const deadline = performance.now() + options.within;
    for (;;) {
      const progress: Progress = { at: 'beginning' };
      try {
        return await this.within(deadline - performance.now(), (runner) =>
          commit(runner, options, work, progress),
        );
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
        if (progress.at === 'committing') throw new StorageUnavailable('unknown', { cause: error.cause });
        // After a restart of the server the pool holds connections that died while idle. Nothing was begun on them.
        const diedIdle = progress.at === 'beginning' && error.cause instanceof QueryFailedError;
        if (!diedIdle || performance.now() >= deadline) throw error;
      }
    }
  }
}

interface Progress {
  at: 'beginning' | 'working' | 'committing';
}

async function commit<T>(
  runner: QueryRunner,
  { isolation }: TransactionOptions,
  work: (manager: EntityManager) => Promise<T>,
  progress: Progress,
): Promise<T> {
  await runner.startTransaction(isolation);
  progress.at = 'working';
  try {
    const result = await work(runner.manager);
    progress.at = 'committing';
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (progress.at === 'working' && !isOutage(error)) await runner.rollbackTransaction();
    throw error;
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
