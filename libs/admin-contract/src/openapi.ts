import { z } from 'zod';
import {
  Anchor,
  AnchorChange,
  AuditEntry,
  AuditVerification,
  CertificateBlock,
  Client,
  Credential,
  DenyEntry,
  Grant,
  KeyRotation,
  KeyRotationOrder,
  KeySet,
  NewAnchor,
  NewCertificateBlock,
  NewClient,
  NewCredential,
  NewGrant,
  NewPartner,
  NewResource,
  NewRevocationList,
  Partner,
  PartnerChange,
  Resource,
  RevocationList,
  RevocationSource,
  SigningKey,
  TokenRequestEntry,
  TokenRequestOutcome,
} from './entities.js';
import { CertificateIdentity, CertificateToIdentify } from './certificate-identity.js';
import { CertificateReport, CertificateToValidate } from './certificate-report.js';
import { Problem } from './problem.js';

type Filter = string | { readonly name: string; readonly oneOf: z.ZodEnum };

/** One operation of the admin API, as the document describes it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** With `{id}` for what varies. */
  readonly path: string;
  readonly summary: string;
  readonly status: 200 | 201;
  readonly answer: { readonly one: z.ZodType } | { readonly listOf: z.ZodType };
  readonly body?: z.ZodType;
  /** Query parameters beside `limit` and `after` of lists: any text, or one of the values of a schema. */
  readonly filters?: readonly Filter[];
  /** `optional`: a stale tag is 412; `required`: a missing one is 428 as well. */
  readonly ifMatch?: 'optional' | 'required';
}

const list = (path: string, summary: string, of: z.ZodType, ...filters: readonly Filter[]): Operation => ({
  method: 'get',
  path: `/api/v1/${path}`,
  summary,
  status: 200,
  answer: { listOf: of },
  filters,
});
const create = (path: string, summary: string, body: z.ZodType, one: z.ZodType): Operation => ({
  method: 'post',
  path: `/api/v1/${path}`,
  summary,
  status: 201,
  body,
  answer: { one },
});
const act = (
  method: 'get' | 'post' | 'delete',
  path: string,
  summary: string,
  one: z.ZodType,
): Operation => ({
  method,
  path: `/api/v1/${path}`,
  summary,
  status: 200,
  answer: { one },
});

/** Every operation there is; a test holds this list against the controllers, in both directions. */
export const OPERATIONS: readonly Operation[] = [
  list('partners', 'Partners, by id', Partner),
  create('partners', 'Create a partner', NewPartner, Partner),
  act('get', 'partners/{id}', 'One partner', Partner),
  {
    method: 'patch',
    path: '/api/v1/partners/{id}',
    summary: 'Rename a partner',
    status: 200,
    body: PartnerChange,
    answer: { one: Partner },
    ifMatch: 'required',
  },
  {
    ...act('post', 'partners/{id}/suspend', 'No new tokens for any client of the partner', Partner),
    ifMatch: 'optional',
  },
  { ...act('post', 'partners/{id}/resume', 'Tokens again', Partner), ifMatch: 'optional' },
  list('anchors', 'Trust anchors, by id', Anchor, 'partner'),
  create('anchors', 'Add a trust anchor', NewAnchor, Anchor),
  act('get', 'anchors/{id}', 'One trust anchor', Anchor),
  {
    method: 'patch',
    path: '/api/v1/anchors/{id}',
    summary: 'Until when certificates without clientAuth count under the anchor',
    status: 200,
    body: AnchorChange,
    answer: { one: Anchor },
    ifMatch: 'required',
  },
  {
    ...act(
      'post',
      'anchors/{id}/suspend',
      'It vouches for nobody, and tokens of those for whom it did stop counting',
      Anchor,
    ),
    ifMatch: 'optional',
  },
  { ...act('post', 'anchors/{id}/resume', 'It vouches again', Anchor), ifMatch: 'optional' },
  list('revocation-lists', 'CRLs at hand, by id', RevocationList, 'anchor'),
  list(
    'revocation-sources',
    'Where CRLs are fetched from, and how that goes, by id',
    RevocationSource,
    'anchor',
  ),
  create('revocation-lists', 'Upload a CRL for an anchor', NewRevocationList, RevocationList),
  list('clients', 'Clients, by id', Client, 'partner'),
  create('clients', 'Create a client with its first credential', NewClient, Client),
  act('get', 'clients/{id}', 'One client', Client),
  { ...act('post', 'clients/{id}/suspend', 'No new tokens for the client', Client), ifMatch: 'optional' },
  { ...act('post', 'clients/{id}/resume', 'Tokens again', Client), ifMatch: 'optional' },
  list('credentials', 'Credentials, by id', Credential, 'client'),
  create('credentials', 'Add a credential to a client', NewCredential, Credential),
  act('post', 'credentials/{id}/retire', 'Take a credential out of use for good', Credential),
  act(
    'post',
    'credentials/{id}/revoke',
    'The same, and the tokens that it has got stop counting',
    Credential,
  ),
  create(
    'certificate-blocks',
    'Nobody gets or uses a token with this certificate',
    NewCertificateBlock,
    CertificateBlock,
  ),
  act('delete', 'certificate-blocks/{id}', 'Take a block back; the id is the thumbprint', CertificateBlock),
  list('deny-entries', 'What no longer counts although a token says so, by id', DenyEntry),
  list('signing-keys', 'The keys that the token service signs with, by purpose, oldest first', SigningKey),
  create('key-rotations', 'Order a new signing key', KeyRotationOrder, KeyRotation),
  act(
    'post',
    'signing-keys/{id}/withdraw',
    'Nothing that the key has signed counts any more, for good; the id is the kid',
    SigningKey,
  ),
  list('key-sets', 'Key sets (jwks_uri) and how fetching them goes, by credential', KeySet, 'client'),
  {
    method: 'post',
    path: '/api/v1/certificates:validate',
    summary: 'What a certificate, bundle, JWK Set or request is, and whether it will do; nothing is stored',
    status: 200,
    body: CertificateToValidate,
    answer: { one: CertificateReport },
  },
  {
    method: 'post',
    path: '/api/v1/certificates:identify',
    summary:
      'Whose certificate it is: the credentials that it fits, and whether their anchors accept it; nothing is stored',
    status: 200,
    body: CertificateToIdentify,
    answer: { one: CertificateIdentity },
  },
  list('resources', 'Resources, by audience', Resource),
  create('resources', 'Create a resource', NewResource, Resource),
  list('grants', 'Grants, by id', Grant, 'client', 'resource'),
  create('grants', 'Grant scopes of a resource to a client', NewGrant, Grant),
  act('delete', 'grants/{id}', 'Remove a grant', Grant),
  list(
    'token-requests',
    'Recent token requests with outcome and reason, newest first',
    TokenRequestEntry,
    'client',
    'partner',
    { name: 'outcome', oneOf: TokenRequestOutcome },
  ),
  list('audit', 'The audit trail, newest first', AuditEntry, 'client', 'partner', 'kind', 'request_id'),
  {
    ...list('audit/requests/{id}', 'All that is known about one request', AuditEntry),
    filters: undefined,
  } as Operation,
  act('get', 'audit/verify', 'Recompute the hash chains of the audit trail', AuditVerification),
];

const SCHEMAS = {
  SigningKey,
  KeyRotationOrder,
  KeyRotation,
  Partner,
  NewPartner,
  PartnerChange,
  Anchor,
  NewAnchor,
  AnchorChange,
  RevocationList,
  NewRevocationList,
  RevocationSource,
  Client,
  NewClient,
  Credential,
  NewCredential,
  CertificateBlock,
  NewCertificateBlock,
  DenyEntry,
  KeySet,
  CertificateToIdentify,
  CertificateIdentity,
  CertificateToValidate,
  CertificateReport,
  Resource,
  NewResource,
  Grant,
  NewGrant,
  TokenRequestEntry,
  AuditEntry,
  AuditVerification,
  Problem,
} as const;

/** The OpenAPI 3.1 document of the admin API, written from the schemas that the API itself checks with. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = describe(operation);
  }
  const schemas = Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => [
      name,
      z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
    ]),
  );
  for (const schema of Object.values(schemas)) delete (schema as { $schema?: string }).$schema;
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast admin API',
      version: '1',
      description: 'Errors are problem+json (RFC 9457), all problems of an input at once.',
    },
    paths,
    components: { schemas },
  };
}

function describe(operation: Operation): Record<string, unknown> {
  const problem = {
    description: 'A problem',
    content: { 'application/problem+json': { schema: reference(Problem) } },
  };
  const answer = {
    description: operation.summary,
    content: { 'application/json': { schema: answerSchema(operation.answer) } },
  };
  const parameters = parametersOf(operation);
  return {
    summary: operation.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference(operation.body) } },
          },
        }),
    responses: { [operation.status]: answer, default: problem },
  };
}

function answerSchema(answer: Operation['answer']): unknown {
  if ('one' in answer) return reference(answer.one);
  return {
    type: 'object',
    required: ['items', 'next'],
    properties: {
      items: { type: 'array', items: reference(answer.listOf) },
      next: { type: ['string', 'null'] },
    },
  };
}

function parametersOf({ path, answer, filters, ifMatch }: Operation): Record<string, unknown>[] {
  const text = { type: 'string' };
  const query = (name: string, schema: unknown = text) => ({ name, in: 'query', required: false, schema });
  return [
    ...(path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: text }] : []),
    ...('listOf' in answer && filters !== undefined
      ? [
          query('limit', { type: 'integer', minimum: 1, maximum: 200 }),
          query('after'),
          ...filters.map((filter) =>
            typeof filter === 'string'
              ? query(filter)
              : query(filter.name, { ...text, enum: filter.oneOf.options }),
          ),
        ]
      : []),
    ...(ifMatch === undefined
      ? []
      : [{ name: 'If-Match', in: 'header', required: ifMatch === 'required', schema: text }]),
  ];
}

function reference(schema: z.ZodType): { $ref: string } {
  const [name] = Object.entries(SCHEMAS).find(([, candidate]) => candidate === schema) ?? [];
  if (name === undefined) throw new Error('a schema of an operation is not among the named ones');
  return { $ref: `#/components/schemas/${name}` };
}
