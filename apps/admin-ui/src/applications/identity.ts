import type { NewCredential } from '../api/entities.js';
import type { Options } from '../parts/cli-line.js';

export type Mode = 'tls_client_auth' | 'self_signed_tls_client_auth';
export type NameField = 'subject_dn' | 'san_dns';

/** What a client is to be recognised by, as typed. */
export interface IdentityDraft {
  readonly mode: Mode;
  readonly anchor: string;
  readonly field: NameField;
  readonly name: string;
  /** PEM of the one certificate that was read; empty if there is none that can be sent. */
  readonly pem: string;
}

export const EMPTY_IDENTITY: IdentityDraft = {
  mode: 'tls_client_auth',
  anchor: '',
  field: 'subject_dn',
  name: '',
  pem: '',
};

/** Members of the API's input that stand at a field of another name. */
export const IDENTITY_ALIASES = {
  tls_client_auth_subject_dn: 'name',
  tls_client_auth_san_dns: 'name',
} as const;

/** The members of RFC 8705 §2.1.2 and §2.2 that the draft stands for; the server says what is missing. */
export function toCredentialFields(draft: IdentityDraft): Omit<NewCredential, 'client'> {
  if (draft.mode === 'self_signed_tls_client_auth') return { certificate: draft.pem };
  return {
    ...(draft.anchor !== '' && { anchor: draft.anchor }),
    [`tls_client_auth_${draft.field}`]: draft.name,
  };
}

/** The same as options of the command line. */
export function toIdentityOptions(draft: IdentityDraft): Options {
  if (draft.mode === 'self_signed_tls_client_auth') return { certificate: 'client.pem' };
  const name = draft.name === '' ? 'NAME' : draft.name;
  return {
    anchor: draft.anchor,
    ...(draft.field === 'subject_dn' ? { 'subject-dn': name } : { 'san-dns': name }),
  };
}
