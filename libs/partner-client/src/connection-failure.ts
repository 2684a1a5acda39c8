/** Why a connection does not come about. */
export type ConnectionFailureCode =
  | 'connection_refused'
  | 'host_unknown'
  | 'unreachable'
  | 'timed_out'
  | 'connection_closed'
  | 'not_tls'
  | 'tls_version_refused'
  | 'server_untrusted'
  | 'server_certificate_expired'
  | 'server_certificate_not_yet_valid'
  | 'server_name_wrong'
  | 'client_certificate_asked_for'
  | 'client_certificate_refused'
  | 'unknown';

/** The same for a program (`code`) and for a person (`message`), without advice: that depends on who reads it. */
export interface ConnectionFailure {
  readonly code: ConnectionFailureCode;
  readonly message: string;
}

/**
 * Puts an error of `node:net`, `node:tls` or OpenSSL in words. `server` is the host and port that were called, `trust`
 * says where the trusted authorities come from.
 */
export function explainConnectionFailure(error: Error, server: string, trust: string): ConnectionFailure {
  const code = codeOf(error);
  const explain = SENTENCES[code];
  return { code, message: explain(server, trust, sslReasonOf(error) ?? error.message) };
}

/** OpenSSL's reason stands in the message only: "…:SSL routines:tls_validate_record_header:wrong version number:…". */
const sslReasonOf = ({ message }: Error): string | undefined =>
  /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];

function codeOf(error: NodeJS.ErrnoException): ConnectionFailureCode {
  // The number of the alert (RFC 8446 §6.2) stays when OpenSSL words it anew.
  const alert = /SSL alert number (\d+)/.exec(error.message)?.[1];
  return (
    (alert === undefined ? undefined : ALERTS[alert]) ??
    CODES[sslReasonOf(error) ?? ''] ??
    CODES[error.code ?? ''] ??
    'unknown'
  );
}

/** What a server says of the client's certificate or protocol when it ends a handshake (RFC 8446 §6.2). */
const ALERTS: Readonly<Record<string, ConnectionFailureCode>> = {
  42: 'client_certificate_refused',
  43: 'client_certificate_refused',
  44: 'client_certificate_refused',
  45: 'client_certificate_refused',
  46: 'client_certificate_refused',
  48: 'client_certificate_refused',
  49: 'client_certificate_refused',
  70: 'tls_version_refused',
  116: 'client_certificate_asked_for',
};

const CODES: Readonly<Record<string, ConnectionFailureCode>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'host_unknown',
  EAI_AGAIN: 'host_unknown',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timed_out',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  'wrong version number': 'not_tls',
  'packet length too long': 'not_tls',
  'unsupported protocol': 'tls_version_refused',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'server_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'server_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'server_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'server_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'server_untrusted',
  CERT_SIGNATURE_FAILURE: 'server_untrusted',
  CERT_HAS_EXPIRED: 'server_certificate_expired',
  CERT_NOT_YET_VALID: 'server_certificate_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'server_name_wrong',
};

type Sentence = (server: string, trust: string, detail: string) => string;

const SENTENCES: Readonly<Record<ConnectionFailureCode, Sentence>> = {
  connection_refused: (server) => `Nothing listens at ${server}.`,
  host_unknown: (server) => `The host name of ${server} is not known.`,
  unreachable: (server) => `${server} cannot be reached.`,
  timed_out: (server) => `${server} gives no answer in time.`,
  connection_closed: (server) => `${server} closed the connection without an answer.`,
  not_tls: (server) => `${server} does not speak TLS.`,
  tls_version_refused: (server) => `${server} and this client have no version of TLS in common.`,
  server_untrusted: (server, trust) =>
    `The certificate of ${server} does not come from an authority in ${trust}.`,
  server_certificate_expired: (server) => `The certificate of ${server}, or one above it, has expired.`,
  server_certificate_not_yet_valid: (server) => `The certificate of ${server} is not valid yet.`,
  server_name_wrong: (server) => `The certificate of ${server} is for another name.`,
  client_certificate_asked_for: (server) =>
    `${server} wants a client certificate, and got none that it accepts.`,
  client_certificate_refused: (server) => `${server} refuses our client certificate in the TLS handshake.`,
  unknown: (server, _trust, detail) => `The connection to ${server} failed: ${printable(detail)}.`,
};

/** Text of somebody else, fit for a log or terminal: what could steer it is shown as an escape. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
