import type { InputProblem } from '@holdfast/admin-contract';
import {
  parseNewCredentials,
  type AuthMethod,
  type CredentialInput,
  type NewCredential,
} from '@holdfast/client-registry';
import { accepted, InputRefused } from './refused-input.js';

/** Why a `jwks_uri` would not be fetched, as far as the address alone tells; `undefined` if it would. */
export type JudgeAddress = (url: string) => Pick<InputProblem, 'code' | 'detail'> | undefined;

/** The credentials for a client of this method, or `InputRefused`. A `jwks_uri` is taken only if it would be fetched. */
export function newCredentials(
  method: AuthMethod,
  input: CredentialInput,
  judgeAddress: JudgeAddress,
): readonly NewCredential[] {
  const credentials = accepted(parseNewCredentials(method, input, new Date()));
  for (const credential of credentials) {
    const problem = credential.kind === 'jwks_uri' ? judgeAddress(credential.url) : undefined;
    if (problem !== undefined) throw new InputRefused([{ pointer: '/jwks_uri', ...problem }]);
  }
  return credentials;
}
