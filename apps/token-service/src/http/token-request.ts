import {
  isClientId,
  OAuthError,
  parseScope,
  type ClientId,
  type OAuthErrorCode,
  type TokenRequest,
} from '@holdfast/oauth-protocol';

/** A form body as the parser gives it: a repeated parameter is a list. */
export type Form = { readonly [name: string]: unknown };

/**
 * The token request in a form body, or a refusal (RFC 6749 §4.4.2). A parameter sent twice is a malformed request,
 * never "the first one wins"; an empty one counts as absent; unknown ones are ignored (§3.2). `resource` may repeat
 * (RFC 8707 §2) and is judged later, with the client known.
 */
export function parseTokenRequest(body: unknown): TokenRequest {
  const form = readForm(body);
  const grantType = single(form, 'grant_type');
  if (grantType === undefined) throw malformed('parameter grant_type is missing');
  if (grantType !== 'client_credentials') {
    throw refusal(
      'unsupported_grant_type',
      'grant_type_unsupported',
      'only grant_type=client_credentials is supported',
    );
  }
  return { grantType, clientId: clientIdOf(form), scopes: scopesOf(form), resources: resourcesOf(form) };
}

/** A form of which only the client is of interest yet. Throws `OAuthError`. */
export function readClientForm(body: unknown): { readonly form: Form; readonly clientId: ClientId } {
  const form = readForm(body);
  return { form, clientId: clientIdOf(form) };
}

/** A form in which nothing but `resource` is said twice, and no other authentication is tried. */
function readForm(body: unknown): Form {
  if (typeof body !== 'object' || body === null) throw malformed('the form body is missing');
  const form = body as Form;
  for (const name of Object.keys(form)) {
    if (name !== 'resource' && Array.isArray(form[name]))
      throw malformed(`parameter ${shown(name)} is repeated`);
  }
  // RFC 6749 §2.3: one authentication method per request. The certificate is ours, so these have no place.
  for (const name of ['client_secret', 'client_assertion', 'client_assertion_type']) {
    if (single(form, name) !== undefined) throw malformed(`parameter ${name} is not used with mutual TLS`);
  }
  return form;
}

function clientIdOf(form: Form): ClientId {
  const clientId = single(form, 'client_id');
  if (clientId === undefined) throw malformed('parameter client_id is missing');
  if (!isClientId(clientId)) throw malformed('parameter client_id is malformed');
  return clientId;
}

function scopesOf(form: Form): readonly string[] | undefined {
  const scope = single(form, 'scope');
  if (scope === undefined) return undefined;
  const scopes = parseScope(scope);
  if (scopes === undefined)
    throw refusal('invalid_scope', 'request_malformed', 'parameter scope is malformed');
  return scopes;
}

function resourcesOf(form: Form): readonly string[] {
  const values = form['resource'];
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  return list.filter((value): value is string => typeof value === 'string' && value !== '');
}

/** A parameter; an empty one counts as absent. */
export function single(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function malformed(text: string): OAuthError {
  return refusal('invalid_request', 'request_malformed', text);
}

function refusal(
  code: OAuthErrorCode,
  denial: 'request_malformed' | 'grant_type_unsupported',
  text: string,
): OAuthError {
  return new OAuthError(code, text, { denial });
}

/** A parameter name of the caller, fit for error_description (RFC 6749 §5.2). */
function shown(name: string): string {
  return name.slice(0, 32).replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}
