import { createHash } from 'node:crypto';
import { openApiDocument, OPERATIONS, type Operation } from '@holdfast/admin-contract';
import { createAuthority, createSelfSigned, makeRevocationList, type Authority } from '@holdfast/test-pki';
import {
  PeopleWorld,
  type Answer,
  type Call,
  type PeopleListener,
} from '../../people/testing/people-world.js';

const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') };

const newAuthority = (name: string) => createAuthority({ subject: `CN=${name} CA`, ...LONG });

/** A value in a request that a caller chooses: in its body, its query or its path. */
export interface Place {
  readonly name: string;
  readonly operation: Operation;
  readonly at: 'body' | 'query' | 'path';
  readonly field: string;
  /** A list of texts rather than a text. */
  readonly isList: boolean;
}

interface SchemaProperty {
  readonly type?: string;
}

/** An owner with a session, and one of everything that the API knows: each request below is valid until it is changed. */
export class ApiWorld {
  static async create(): Promise<ApiWorld> {
    const people = await PeopleWorld.create();
    const listener = await people.listen();
    const { cookie } = await people.signIn(listener);
    const anchor = await newAuthority('world');
    const world = new ApiWorld(people, listener, cookie, anchor);
    // As a token service makes it when it starts.
    await people.asSuperuser(
      `INSERT INTO signing_key (kid, alg, purpose, public_jwk, sealed, created_at, activates_at)
        VALUES ('world', 'ES256', 'access_token', '{}', '', now(), now())`,
    );
    await world.make('partners', { id: 'world', name: 'World' });
    await world.make('anchors', {
      id: 'world',
      partner: 'world',
      certificate: anchor.pem,
      revocation: 'soft',
    });
    await world.make('clients', { ...(await world.validBody('/api/v1/clients')), id: 'world-named' });
    await world.make('clients', {
      ...(await world.validBody('/api/v1/clients', 'certificate')),
      id: 'world-pin',
    });
    await world.make('resources', { audience: 'https://world.example', partner: 'world', scopes: ['read'] });
    return world;
  }

  private made = 0;

  private constructor(
    readonly people: PeopleWorld,
    readonly listener: PeopleListener,
    private readonly cookie: string,
    /** Of the anchor `world`. */
    readonly authority: Authority,
  ) {}

  /** As the owner. */
  call(path: string, call: Call = {}): Promise<Answer> {
    return this.listener.call(path, { ...call, cookie: this.cookie });
  }

  /**
   * What a POST or PATCH to this path takes. `field` is what the test is about: of the ways to recognise a client, the
   * one with this field is taken.
   */
  async validBody(path: string, field = ''): Promise<Record<string, unknown>> {
    this.made += 1;
    const id = `world-${this.made}`;
    const name = field.startsWith('tls_client_auth_') ? field : 'tls_client_auth_subject_dn';
    const isPinned = field === 'certificate';
    const recognised = isPinned
      ? { certificate: (await createSelfSigned({ subject: `CN=${id}`, ...LONG })).pem }
      : { anchor: 'world', [name]: `CN=${id}` };
    const method = isPinned ? 'self_signed_tls_client_auth' : 'tls_client_auth';
    const bodies: Record<string, Record<string, unknown>> = {
      '/api/v1/partners': { id, name: 'Another' },
      '/api/v1/partners/{id}': { name: 'Renamed' },
      '/api/v1/anchors': {
        id,
        partner: 'world',
        certificate: (await newAuthority(id)).pem,
        revocation: 'hard',
      },
      '/api/v1/anchors/{id}': { server_auth_until: null },
      '/api/v1/revocation-lists': { anchor: 'world', crl: this.crl() },
      '/api/v1/clients': { id, partner: 'world', token_endpoint_auth_method: method, ...recognised },
      '/api/v1/credentials': { client: isPinned ? 'world-pin' : 'world-named', ...recognised },
      '/api/v1/certificate-blocks': {
        'x5t#S256': createHash('sha256').update(id).digest('base64url'),
        note: 'stolen',
      },
      '/api/v1/key-rotations': { purpose: 'access_token' },
      '/api/v1/certificates:validate': {
        certificate: (await this.authority.issue({ subject: `CN=${id}`, ...LONG })).pem,
        use: 'name',
        field: 'subject_dn',
        anchor: 'world',
      },
      '/api/v1/certificates:identify': {
        certificate: (await this.authority.issue({ subject: `CN=${id}`, ...LONG })).pem,
      },
      '/api/v1/resources': { audience: `https://${id}.example`, partner: 'world', scopes: ['read'] },
      '/api/v1/grants': { client: 'world-named', resource: 'https://world.example', scopes: ['read'] },
    };
    const body = bodies[path];
    if (body === undefined) throw new Error(`no valid body is known for ${path}: add one`);
    return body;
  }

  /** A CRL of the world's authority, each a second younger than the one before. */
  private crl(): string {
    const thisUpdate = new Date(LONG.notBefore.getTime() + this.made * 1_000);
    const der = makeRevocationList(this.authority, { thisUpdate, nextUpdate: LONG.notAfter });
    return Buffer.from(der).toString('base64');
  }

  /** A valid request but for `text` in this place. The text goes into a path or query as it is, percent-encoded. */
  async callWith({ operation, at, field, isList }: Place, text: string): Promise<Answer> {
    const { method, path, body } = operation;
    const encoded = at === 'body' ? '' : encodeURIComponent(text);
    const target =
      path.replace('{id}', at === 'path' ? encoded : 'world') +
      (at === 'query' ? `?${field}=${encoded}` : '');
    const valid = body === undefined ? undefined : await this.validBody(path, field);
    const value = isList ? [text] : text;
    return this.call(target, {
      method: method.toUpperCase(),
      headers: { 'if-match': '*' },
      ...(valid && { body: at === 'body' ? { ...valid, [field]: value } : valid }),
    });
  }

  private async make(path: string, body: unknown): Promise<void> {
    const { status, text } = await this.call(`/api/v1/${path}`, { body });
    if (status !== 201) throw new Error(`the world cannot be made: ${path}: ${status} ${text}`);
  }
}

/** Operations that take a body. */
export const WRITES = OPERATIONS.filter(({ body }) => body !== undefined);

/** Every place for a text that the OpenAPI document has. */
export const PLACES: readonly Place[] = OPERATIONS.flatMap((operation) => {
  const { method, path } = operation;
  const place = (at: Place['at'], field: string, isList = false): Place => ({
    name: `${method.toUpperCase()} ${path} ${at} ${field}`,
    operation,
    at,
    field,
    isList,
  });
  const document = openApiDocument() as unknown as Document;
  const { parameters = [], requestBody } = document.paths[path]![method]!;
  const reference = requestBody?.content['application/json'].schema.$ref.split('/').at(-1);
  const properties = reference === undefined ? {} : document.components.schemas[reference]!.properties;
  return [
    ...parameters.flatMap(({ in: at, name }) => (at === 'header' ? [] : [place(at, name)])),
    ...Object.entries(properties).map(([field, { type }]) => place('body', field, type === 'array')),
  ];
});

/** The part of the document that is read here. */
interface Document {
  readonly paths: Record<string, Record<string, DescribedOperation>>;
  readonly components: { readonly schemas: Record<string, { properties: Record<string, SchemaProperty> }> };
}

interface DescribedOperation {
  readonly parameters?: readonly { readonly in: 'path' | 'query' | 'header'; readonly name: string }[];
  readonly requestBody?: { readonly content: { 'application/json': { schema: { $ref: string } } } };
}
