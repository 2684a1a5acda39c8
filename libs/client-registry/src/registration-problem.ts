import {
  CERTIFICATE_FAULTS,
  type CertificateFault,
  type RegisteredNameKind,
} from '@holdfast/certificate-validation';

/** The client metadata of RFC 8705 §2.1.2. */
export type NameField = `tls_client_auth_${RegisteredNameKind}`;

/** A field of the input, or a place in its JWK Set such as `jwks/keys/0/x5c`; empty: the input as a whole. */
export type InputField =
  | 'certificate'
  | 'crl'
  | 'anchor'
  | 'match'
  | 'server_auth_until'
  | NameField
  | 'jwks'
  | 'jwks_uri'
  | `jwks/${string}`
  | '';

/** What is wrong with an input: where, by the name of its field, and how to mend it. Never repeats the input. */
export interface RegistrationProblem {
  readonly field: InputField;
  readonly code: string;
  readonly detail: string;
}

export type Registration<T> = { readonly accepted: true; readonly value: T } | RefusedRegistration;

export interface RefusedRegistration {
  readonly accepted: false;
  readonly problems: readonly RegistrationProblem[];
}

export function refuse(...problems: readonly RegistrationProblem[]): RefusedRegistration {
  return { accepted: false, problems };
}

/** A fault of the certificate that stands in `field`. */
export function faultProblem(field: InputField, fault: CertificateFault): RegistrationProblem {
  return { field, code: fault, detail: CERTIFICATE_FAULTS[fault] };
}

/** Fields that were given although the method has no use for them. */
export function notUsed<F extends InputField>(
  input: Readonly<Partial<Record<F, unknown>>>,
  fields: readonly F[],
  detail: string,
): RegistrationProblem[] {
  return fields
    .filter((field) => input[field] !== undefined)
    .map((field) => ({ field, code: 'not_used', detail }));
}
