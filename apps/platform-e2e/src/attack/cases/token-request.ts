import { credentialsForm, tokenRequest, type Form } from '../../harness/token-endpoint.js';
import { INVALID_REQUEST, type AttackCase, type Expected } from '../attack-case.js';
import { tokenAttempt } from './client-authentication.js';

const UNSUPPORTED: Expected = {
  status: 400,
  error: 'unsupported_grant_type',
  reason: 'grant_type_unsupported',
};
const TARGET_NOT_GRANTED: Expected = { status: 400, error: 'invalid_target', reason: 'target_not_granted' };
const TARGET_INVALID: Expected = { status: 400, error: 'invalid_target', reason: 'target_invalid' };
const NO_FORM: Expected = { status: [400, 415], error: 'invalid_request' };

/** §3.1 of the catalogue, second part: what a proven client may ask for, and how. */
export const TOKEN_REQUESTS: readonly AttackCase[] = [
  {
    id: 'CA-23',
    title: 'refuses every grant type but client_credentials',
    source: 'RFC 6749 §5.2; ASVS 10.4.4; RFC 9700 §2.4',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const others = [
        'password',
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'CLIENT_CREDENTIALS',
        'client_credentials ',
      ];
      const client: Form = [['client_id', clientId]];
      return [
        ...others.map((grant) =>
          tokenAttempt(world, grant, identity, [['grant_type', grant], ...client], UNSUPPORTED),
        ),
        tokenAttempt(world, 'missing', identity, client, INVALID_REQUEST),
        tokenAttempt(
          world,
          'twice',
          identity,
          [['grant_type', 'client_credentials'], ['grant_type', 'password'], ...client],
          INVALID_REQUEST,
        ),
      ];
    },
  },
  {
    id: 'CA-25',
    title: 'refuses a scope that is not granted, also beside one that is',
    source: 'RFC 6749 §3.3; ASVS 10.4.11',
    attempts: (world) => {
      const { identity, clientId } = world.reader;
      const scope = (value: string): Form => [...credentialsForm(clientId), ['scope', value]];
      const notGranted: Expected = { status: 400, error: 'invalid_scope', reason: 'scope_not_granted' };
      return [
        tokenAttempt(world, 'beside', identity, scope('orders:read orders:write'), notGranted),
        tokenAttempt(world, 'alone', identity, scope('admin'), notGranted),
        tokenAttempt(world, 'in other case', identity, scope('Orders:read'), notGranted),
        tokenAttempt(world, 'malformed', identity, scope('orders:read "x"'), {
          status: 400,
          error: 'invalid_scope',
          reason: 'request_malformed',
        }),
      ];
    },
  },
  {
    id: 'CA-27',
    title: 'refuses a resource that is not granted, not absolute, with a fragment, or sent twice',
    source: 'RFC 8707 §2',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const { orders, file } = world.stack;
      const resources: readonly [name: string, resources: readonly string[], expected: Expected][] = [
        ['not granted', [file.adminApi], TARGET_NOT_GRANTED],
        ['with a slash added', [`${orders}/`], TARGET_NOT_GRANTED],
        ['relative', ['/orders'], TARGET_INVALID],
        ['with a fragment', [`${orders}#x`], TARGET_INVALID],
        ['twice', [orders, orders], TARGET_INVALID],
        ['granted and not granted', [orders, file.adminApi], TARGET_INVALID],
      ];
      return resources.map(([name, values, expected]) =>
        tokenAttempt(
          world,
          name,
          identity,
          [...credentialsForm(clientId), ...values.map((value) => ['resource', value] as const)],
          expected,
        ),
      );
    },
  },
  {
    id: 'CA-28',
    title: 'refuses every method but POST',
    source: 'RFC 6749 §3.2; RFC 9110 §15.5.6; ASVS 13.4.4',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const notAllowed: Expected = { status: 405, headers: { allow: /^POST$/ } };
      return ['GET', 'PUT', 'HEAD', 'TRACE', 'DELETE', 'PATCH', 'OPTIONS'].map((method) =>
        tokenAttempt(
          world,
          method,
          identity,
          credentialsForm(clientId),
          method === 'HEAD' ? { ...notAllowed, bodiless: true } : notAllowed,
          method === 'HEAD' || method === 'TRACE' ? { method, body: '' } : { method },
        ),
      );
    },
  },
  {
    id: 'CA-29',
    title: 'refuses every body but a form',
    source: 'RFC 6749 §4.4.2',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const form = credentialsForm(clientId);
      const { body = '' } = tokenRequest(form);
      const json = JSON.stringify(Object.fromEntries(form));
      const bodies: readonly [type: string | undefined, body: string | Buffer][] = [
        ['application/json', json],
        ['application/x-www-form-urlencoded', json],
        [undefined, body],
        ['text/plain', body],
        ['multipart/form-data; boundary=x', body],
        ['application/x-www-form-urlencoded-not', body],
      ];
      return bodies.map(([type, content]) =>
        tokenAttempt(
          world,
          `${type ?? 'no type'}: ${String(content).slice(0, 12)}`,
          identity,
          form,
          NO_FORM,
          {
            headers: type === undefined ? [] : [['Content-Type', type]],
            body: content,
          },
        ),
      );
    },
  },
];
