import pg from 'pg';

/**
 * A connection of a pool that somebody always listens to. Between the moment at which the pool hands one out and the one at
 * which TypeORM listens, nobody would: a session that the server ends just then would end the process.
 * Whoever uses the connection learns of its end by their next query.
 */
export class PooledClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
