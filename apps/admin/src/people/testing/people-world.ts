import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { createLogger, type Served } from '@holdfast/http-platform';
import { inviteOwner } from '@holdfast/people';
import {
  AuditReader,
  createDataSource,
  Database,
  PostgresPeopleStore,
  PostgresDenyAdministration,
  PostgresSigningKeyAdministration,
  PostgresRegistryAdministration,
  RegistryWriter,
} from '@holdfast/postgres';
import { createTestDatabase } from '@holdfast/postgres/testing';
import { createSelfSigned } from '@holdfast/test-pki';
import { ProblemFilter } from '../../http/problem.filter.js';
import { keySetAddresses } from '../../jobs/key-set-address.js';
import { servePeople } from '../people-listener.js';

/** The origin that the listeners take for their own, wherever they listen. */
export const ORIGIN = 'https://admin.example:7400';

/** An answer, with its problem or whatever else it carries as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
  /** The Set-Cookie line, if there is one. */
  readonly setCookie: string;
  /** What a browser would send back of it. */
  readonly cookie: string;
}

export interface Call {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly cookie?: string;
  /** `undefined` as a value removes a header that is sent otherwise. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A listener for people over real TLS. */
export class PeopleListener {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly served: Served) {}

  /** A request as our own pages make it, unless the call says otherwise. */
  async call(path: string, { method, body, cookie, headers = {} }: Call = {}): Promise<Answer> {
    const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const sent = {
      origin: ORIGIN,
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...(cookie !== undefined && { cookie }),
      ...headers,
    };
    return send(
      {
        host: '127.0.0.1',
        port: (this.served.server.address() as AddressInfo).port,
        path,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)),
        // The test is its own peer; which certificate it is, is not its subject.
        rejectUnauthorized: false,
        agent: this.agent,
      },
      payload,
    );
  }

  stop(): Promise<void> {
    this.agent.destroy();
    return this.served.stop();
  }
}

/** A database with an admin role, and listeners on it. */
export class PeopleWorld {
  static async create(): Promise<PeopleWorld> {
    const test = await createTestDatabase();
    const dataSource = createDataSource({ url: test.adminUrl, applicationName: 'test', poolSize: 5 });
    await dataSource.initialize();
    return new PeopleWorld(test, new Database(dataSource), mkdtempSync(join(tmpdir(), 'holdfast-people-')));
  }

  /** Every line that a listener has logged. */
  readonly log: string[] = [];
  private readonly listeners: PeopleListener[] = [];

  private constructor(
    readonly test: Awaited<ReturnType<typeof createTestDatabase>>,
    private readonly database: Database,
    private readonly directory: string,
  ) {}

  /** Another replica, in this mode. */
  async listen(mode: 'development' | 'production' = 'development'): Promise<PeopleListener> {
    const { database } = this;
    const writer = this.writer();
    const sink = new Writable({
      write: (line, _encoding, done) => {
        this.log.push(String(line));
        done();
      },
    });
    const logger = createLogger('admin', sink);
    const served = await servePeople(
      {
        files: await this.certificate(),
        host: '127.0.0.1',
        port: 0,
        methods: [],
        filter: () => new ProblemFilter(logger, () => undefined),
        logger,
      },
      {
        registry: new PostgresRegistryAdministration(writer),
        denials: new PostgresDenyAdministration(writer),
        signingKeys: new PostgresSigningKeyAdministration(writer),
        audit: new AuditReader(database),
        judgeAddress: keySetAddresses(new Set(['keys.listed.test:8443'])),
      },
      this.store(),
      { url: ORIGIN, mode },
    );
    const listener = new PeopleListener(served);
    this.listeners.push(listener);
    return listener;
  }

  /** The registry as the listeners have it. */
  registry(): PostgresRegistryAdministration {
    return new PostgresRegistryAdministration(this.writer());
  }

  private writer(): RegistryWriter {
    return new RegistryWriter(this.database, { application: 'admin', now: () => new Date() });
  }

  /** The token of a link for a new owner. */
  async invite(): Promise<string> {
    const host = { id: 'host', requestId: null };
    const invited = await inviteOwner(this.store(), host, `Owner ${randomUUID()}`, new Date());
    if (!invited.issued) throw new Error(invited.because);
    return invited.token;
  }

  /** A new owner who has just used the link: the answer, with the cookie. */
  async signIn(listener: PeopleListener): Promise<Answer> {
    return listener.call('/auth/link', { body: { token: await this.invite() } });
  }

  /** All that any table holds, by its name; but not when a session was last seen, which every call of a new minute changes. */
  async everyRow(): Promise<Readonly<Record<string, string>>> {
    const tables = await this.asSuperuser<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    const all: Record<string, string> = {};
    for (const { name } of tables) {
      const [rows] = await this.asSuperuser<{ all: string }>(
        `SELECT coalesce(json_agg(to_jsonb(t) - 'last_seen_at' ORDER BY t::text)::text, '') AS all FROM "${name}" t`,
      );
      all[name] = rows!.all;
    }
    return all;
  }

  /** What somebody with all rights does to the database. */
  async asSuperuser<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.test.ownerUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    for (const listener of this.listeners) await listener.stop();
    await this.database.dataSource.destroy();
    await this.test.drop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private store(): PostgresPeopleStore {
    return new PostgresPeopleStore(this.database, { application: 'admin' });
  }

  private async certificate() {
    const files = {
      certificateFile: join(this.directory, 'server.pem'),
      privateKeyFile: join(this.directory, 'server.key.pem'),
    };
    const made = await createSelfSigned({
      subject: 'CN=localhost',
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2100-01-01'),
    });
    writeFileSync(files.certificateFile, made.pem);
    writeFileSync(files.privateKeyFile, made.privateKeyPem, { mode: 0o600 });
    return files;
  }
}

function send(options: RequestOptions, payload: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const setCookie = response.headers['set-cookie']?.join('\n') ?? '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: /json/.test(response.headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : {},
          setCookie,
          cookie: setCookie.split(';')[0]!,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
