import type { Credential, NewCredential } from '../api/entities.js';
import type { Options } from '../parts/cli-line.js';

export type Mode = 'tls_client_auth' | 'self_signed_tls_client_auth';
export type NameField = Exclude<Credential['kind'], 'certificate' | 'jwks_uri'>;

/** What of a pinned certificate counts. */
export type Match = NonNullable<NewCredential['match']>;

/** The two policies, each with its consequence. */
export const MATCHES: Readonly<Record<Match, { readonly label: string; readonly meaning: string }>> = {
  certificate: {
    label: 'This certificate only',
    meaning: 'When it is renewed, the next one has to be added here, also if its key stays the same.',
  },
  'public-key': {
    label: 'Any certificate with its key',
    meaning:
      'A renewal for the same key needs nothing here. The date in this certificate then limits nothing: whoever holds the key is this application until the credential is retired.',
  },
};

/** What the screens say about a kind of name, and its option on the command line. */
interface NameText {
  readonly label: string;
  /** One sentence for whoever chooses. */
  readonly meaning: string;
  readonly placeholder: string;
  readonly option: string;
}

/** The kinds of RFC 8705 §2.1.2. */
export const NAMES: Readonly<Record<NameField, NameText>> = {
  subject_dn: {
    label: 'Subject',
    meaning: 'The whole distinguished name, as RFC 4514 writes it: most specific part first.',
    placeholder: 'CN=orders,O=Acme,C=SE',
    option: 'subject-dn',
  },
  san_dns: {
    label: 'DNS name',
    meaning: 'One exact host name among the alternative names; no wildcards, upper and lower case alike.',
    placeholder: 'orders.acme.example',
    option: 'san-dns',
  },
  san_uri: {
    label: 'URI',
    meaning: 'One URI among the alternative names, such as a SPIFFE ID; every character counts.',
    placeholder: 'spiffe://acme.example/orders',
    option: 'san-uri',
  },
  san_ip: {
    label: 'IP address',
    meaning: 'One IPv4 or IPv6 address among the alternative names, in any spelling; no networks.',
    placeholder: '192.0.2.7 or 2001:db8::7',
    option: 'san-ip',
  },
  san_email: {
    label: 'E-mail address',
    meaning: 'One address among the alternative names; before the @ upper and lower case differ.',
    placeholder: 'orders@acme.example',
    option: 'san-email',
  },
};
export const NAME_FIELDS = Object.keys(NAMES) as NameField[];

/** Where the certificates of a pinned application come from, each with its consequence. */
export const SOURCES = {
  certificate: {
    label: 'A certificate or a JWK Set, given here',
    meaning: 'The next certificate has to be added here before the last one expires.',
  },
  jwks_uri: {
    label: 'A JWK Set that the partner publishes (jwks_uri)',
    meaning:
      'The partner changes its certificates there; they are fetched every hour or so, and at once when an unknown one is presented. Whoever can change what stands at the address can be this application.',
  },
} as const;
export type Source = keyof typeof SOURCES;

/** A certificate to be pinned. */
export interface Pin {
  readonly pem: string;
  /** As a key of a JWK Set, if it came in one with others. */
  readonly webKey: Readonly<Record<string, unknown>> | undefined;
}

/** What a client is to be recognised by, as typed. */
export interface IdentityDraft {
  readonly mode: Mode;
  readonly anchor: string;
  readonly field: NameField;
  readonly name: string;
  /** The certificates that were read and can be sent; several out of a JWK Set. */
  readonly pins: readonly Pin[];
  readonly match: Match;
  readonly source: Source;
  readonly jwksUri: string;
}

export const EMPTY_IDENTITY: IdentityDraft = {
  mode: 'tls_client_auth',
  anchor: '',
  field: 'subject_dn',
  name: '',
  pins: [],
  match: 'certificate',
  source: 'certificate',
  jwksUri: '',
};

/** Members of the API's input that stand at a field of another name. */
export const IDENTITY_ALIASES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NAME_FIELDS.map((field) => [`tls_client_auth_${field}`, 'name'])),
  jwks: 'certificate',
};

/** Whether the draft is of the address of a key set. */
export const isKeySet = ({ mode, source }: IdentityDraft): boolean =>
  mode === 'self_signed_tls_client_auth' && source === 'jwks_uri';

/** The members of RFC 8705 §2.1.2 and §2.2 that the draft stands for; the server says what is missing. */
export function toCredentialFields(draft: IdentityDraft): Omit<NewCredential, 'client'> {
  if (isKeySet(draft)) return { jwks_uri: draft.jwksUri };
  if (draft.mode === 'self_signed_tls_client_auth') {
    const { pins, match } = draft;
    return pins.length > 1
      ? { jwks: { keys: pins.flatMap(({ webKey }) => (webKey === undefined ? [] : [webKey])) }, match }
      : { certificate: pins[0]?.pem ?? '', match };
  }
  return {
    ...(draft.anchor !== '' && { anchor: draft.anchor }),
    [`tls_client_auth_${draft.field}`]: draft.name,
  };
}

/** The same for a client that is there already, whose credentials are added one by one. */
export function toSingleFields(draft: IdentityDraft): Omit<NewCredential, 'client'>[] {
  const { pins } = draft;
  return pins.length > 1
    ? pins.map((pin) => toCredentialFields({ ...draft, pins: [pin] }))
    : [toCredentialFields(draft)];
}

/** The same as options of the command line. */
export function toIdentityOptions(draft: IdentityDraft): Options {
  if (isKeySet(draft)) return { 'jwks-uri': draft.jwksUri === '' ? 'URL' : draft.jwksUri };
  if (draft.mode === 'self_signed_tls_client_auth') {
    const file = draft.pins.length > 1 ? { jwks: 'client.jwks.json' } : { certificate: 'client.pem' };
    return { ...file, match: draft.match };
  }
  const name = draft.name === '' ? 'NAME' : draft.name;
  return {
    anchor: draft.anchor,
    [NAMES[draft.field].option]: name,
  };
}
