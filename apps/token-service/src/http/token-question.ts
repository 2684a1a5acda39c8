import { OAuthError, type TokenQuestion } from '@holdfast/oauth-protocol';
import { readClientForm, single } from './token-request.js';

/** Longer than any token of ours; the body as a whole is bounded before. */
const MAXIMUM_TOKEN = 8_192;

/**
 * The question about a token in a form body (RFC 7662 §2.1, RFC 7009 §2.1), or a refusal. `token_type_hint` is not used:
 * there is one type.
 */
export function parseTokenQuestion(body: unknown): TokenQuestion {
  const { form, clientId } = readClientForm(body);
  const token = single(form, 'token');
  if (token === undefined || token.length > MAXIMUM_TOKEN)
    throw new OAuthError('invalid_request', 'parameter token is missing or too long', {
      denial: 'request_malformed',
    });
  return { clientId, token };
}
