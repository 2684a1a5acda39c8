/**
 * The one closed list of reasons why Holdfast says no. Wire, log, audit, metric, UI and docs import it;
 * `docs/protocol/error-codes.md` has a paragraph for each, and a test compares the two in both directions.
 *
 * `told`: may the caller read this reason? Only facts about what the caller itself sent are told. Whatever
 * depends on the registry is one bland public answer, and the reason stands behind the request id.
 */
export interface ReasonEntry {
  /** May the caller learn this reason (architecture: "what the caller may learn")? */
  readonly told: boolean;
  /** One sentence for the operator, and for the caller when `told`. Only characters of RFC 6749 §5.2's error_description. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Facts about the presented certificate alone: judged before any look-up, so they tell nothing about the registry. */
const CERTIFICATE_FACTS = {
  certificate_absent: {
    told: true,
    meaning: 'no client certificate was presented on this TLS connection',
    remedy:
      'Send the certificate and its key with the request (curl: --cert and --key), to the mutual-TLS address, and check that no proxy in between ends TLS.',
  },
  certificate_unparsable: {
    told: true,
    meaning: 'the client certificate is not a well-formed X.509 v3 certificate',
    remedy:
      'Have the certificate issued again; openssl x509 -in cert.pem -text shows what a strict parser stumbles over.',
  },
  certificate_expired: {
    told: true,
    meaning: 'the client certificate has expired',
    remedy:
      'Renew the certificate. In name mode nothing has to be registered anew; a pinned certificate must be registered.',
  },
  certificate_not_yet_valid: {
    told: true,
    meaning: 'the client certificate is not valid yet',
    remedy: 'Check the notBefore date and the clocks of both machines.',
  },
  client_auth_not_permitted: {
    told: true,
    meaning: 'the client certificate may not be used for client authentication',
    remedy:
      'Its extended key usage (if present) must contain clientAuth, its key usage (if present) digitalSignature. Ask the issuing CA for a client certificate. For a public CA the operator may make an exception with an end date (guide public-ca); if there is one, holdfast audit show <request-id> says why it did not apply.',
  },
  certificate_extension_unsupported: {
    told: true,
    meaning: 'the client certificate has a critical extension that is not processed here',
    remedy: 'Have it issued without that extension, or with the extension marked as not critical.',
  },
  certificate_key_weak: {
    told: true,
    meaning: 'the key of the client certificate is too weak or of an unsupported kind',
    remedy: 'Use RSA with 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519.',
  },
  certificate_signature_weak: {
    told: true,
    meaning: 'the client certificate is signed with a weak or unsupported algorithm',
    remedy: 'Have it issued with SHA-256 or better; SHA-1 and MD5 are refused.',
  },
  certificate_refused_by_proxy: {
    told: true,
    meaning: 'the proxy that ends TLS in front of this service did not verify the client certificate',
    remedy:
      'The log says what the proxy said. If it shall not judge the certificates of partners, set proxyValidates to false for it: they are judged here in any case.',
  },
} as const satisfies Record<string, ReasonEntry>;

/** Client authentication failures that depend on the registry: one public answer for all of them. */
const CLIENT_REFUSALS = {
  client_unknown: {
    told: false,
    meaning: 'no client is registered under this client_id',
    remedy: 'Compare the client_id with the one in the registry; nothing else about the request was judged.',
  },
  client_suspended: {
    told: false,
    meaning: 'the client is suspended',
    remedy: 'holdfast client resume <client-id>, once the cause is dealt with.',
  },
  partner_suspended: {
    told: false,
    meaning: 'the partner that owns the client is suspended',
    remedy: 'holdfast partner resume <partner>, once the cause is dealt with.',
  },
  certificate_blocked: {
    told: false,
    meaning: 'the certificate is blocked',
    remedy:
      'holdfast certificate denied, and the deny feed, name its thumbprint; the client needs another certificate, or holdfast certificate unblock <thumbprint>.',
  },
  anchor_suspended: {
    told: false,
    meaning: 'the trust anchor under which the name of the certificate is registered is suspended',
    remedy:
      'holdfast anchor resume <anchor>, once the cause is dealt with; or the client gets a name under another one.',
  },
  issuer_unknown: {
    told: false,
    meaning: 'no path leads from the certificate to a trust anchor registered for this client',
    remedy:
      'Compare the issuing CA with the anchor: the key counts, not the name. If an intermediate is missing, the partner must send it or it must be stored with the anchor.',
  },
  issuer_invalid: {
    told: false,
    meaning:
      'an issuer on the path may not have issued this certificate (CA flag, key usage, path length, validity)',
    remedy:
      'holdfast audit show <request-id> names the fault and its depth; the CA has to issue it properly.',
  },
  path_invalid: {
    told: false,
    meaning: 'the certificate path breaks a rule of RFC 5280, or uses an extension that is not processed',
    remedy: 'holdfast audit show <request-id> names the fault and its depth.',
  },
  path_too_complex: {
    told: false,
    meaning: 'judging the presented chain took more certificates, steps or signature checks than allowed',
    remedy: 'The client should send its own certificate and the intermediates above it, nothing else.',
  },
  certificate_revoked: {
    told: false,
    meaning: 'the certificate, or an issuer on its path, has been revoked by its authority',
    remedy:
      'The partner needs a new certificate; holdfast audit show <request-id> names the depth of the revoked one.',
  },
  revocation_unknown: {
    told: false,
    meaning: 'whether the certificate is revoked is not known, and its anchor asks for an answer (hard)',
    remedy:
      'holdfast anchor crl list shows what is at hand and since when; the first request under a new authority waits for its CRL, a few seconds.',
  },
  certificate_not_registered: {
    told: false,
    meaning:
      'the certificate carries no name registered for this client, or is not the pinned one; its issuer was not looked at',
    remedy: 'Compare names or thumbprint with the credentials of the client (holdfast client show).',
  },
} as const satisfies Record<string, ReasonEntry>;

/** The client is who it says; what it asks for is not granted. */
const GRANT_REFUSALS = {
  scope_not_granted: {
    told: true,
    meaning: 'a requested scope is not granted to this client for this resource',
    remedy: 'Ask for granted scopes only, or leave scope out to get all that is granted.',
  },
  target_not_granted: {
    told: true,
    meaning: 'the requested resource is not granted to this client',
    remedy: 'Check the resource parameter; holdfast grant list --client shows what is granted.',
  },
  target_invalid: {
    told: true,
    meaning: 'resource must be one absolute URI without a fragment (RFC 8707 section 2)',
    remedy: 'Send the resource exactly as it is registered, once.',
  },
  target_required: {
    told: true,
    meaning: 'several resources are granted to this client, so the request must name one',
    remedy: 'Add the resource parameter (RFC 8707) with the API that is to be called.',
  },
} as const satisfies Record<string, ReasonEntry>;

/** The request never became a question about a client. */
const REQUEST_REFUSALS = {
  request_malformed: {
    told: true,
    meaning: 'the request is malformed',
    remedy:
      'The text names the parameter. Parameters go into the form body, each at most once (RFC 6749 section 3.2).',
  },
  grant_type_unsupported: {
    told: true,
    meaning: 'the grant_type is not supported',
    remedy: 'Use grant_type=client_credentials.',
  },
  method_not_allowed: {
    told: true,
    meaning: 'this HTTP method is not allowed here',
    remedy: 'The Allow header names the methods.',
  },
  media_type_unsupported: {
    told: true,
    meaning: 'this media type or content coding is not supported here',
    remedy: 'The token endpoint takes application/x-www-form-urlencoded, uncompressed.',
  },
  body_too_large: {
    told: true,
    meaning: 'the request body is too large',
    remedy: 'A token request fits into 16 KiB.',
  },
  headers_too_large: {
    told: true,
    meaning: 'the request header is too large or has too many lines',
    remedy: 'Send at most 100 header lines and 16 KiB.',
  },
  proxy_not_authenticated: {
    told: true,
    meaning: 'this address serves the authenticated proxies in front of the service only',
    remedy:
      'Clients call the public address. For a proxy, the log says whether its address is not listed or a credential is missing or wrong (docs/guides/proxies.md).',
  },
  proxy_header_malformed: {
    told: true,
    meaning:
      'a header in which the proxy forwards the client certificate is malformed, repeated or contradicts another',
    remedy:
      'The log names the header. The proxy must set, and so overwrite, each of its headers, in the format that is configured for it.',
  },
  request_timeout: {
    told: true,
    meaning: 'the request did not arrive completely in time',
    remedy: 'Send the body without long pauses; the gateway file says how long it is waited for.',
  },
  rate_exceeded: {
    told: true,
    meaning: 'this client calls more often than it may',
    remedy: 'Call again after the seconds in Retry-After; the gateway file has the rate of the route.',
  },
  path_unknown: {
    told: true,
    meaning: 'nothing is served at this path',
    remedy: 'GET /.well-known/oauth-authorization-server lists the endpoints.',
  },
} as const satisfies Record<string, ReasonEntry>;

/** Why a resource refuses a call (RFC 6750 §3.1, RFC 8705 §3, RFC 9068 §4). */
const TOKEN_REJECTIONS = {
  token_absent: {
    told: true,
    meaning: 'no access token was sent',
    remedy: 'Send Authorization: Bearer <token>, over the connection of the certificate it is bound to.',
  },
  token_malformed: {
    told: true,
    meaning: 'the access token is not a well-formed JWT',
    remedy: 'Send the access_token of the token response unchanged; it has two dots and no spaces.',
  },
  credentials_malformed: {
    told: true,
    meaning:
      'the access token was sent in a malformed way, in several ways, or outside the Authorization header',
    remedy: 'Send one token, in the Authorization header only (RFC 6750 section 2.1).',
  },
  token_expired: {
    told: true,
    meaning: 'the access token has expired',
    remedy: 'Get a new one; expires_in says when, in seconds.',
  },
  token_untrusted: {
    told: false,
    meaning: 'issuer, audience, type, time or signature of the token do not fit this API',
    remedy: 'The log line of the request id names the check. Ask for a token with the resource of this API.',
  },
  binding_missing: {
    told: false,
    meaning: 'the token is not bound to a certificate, or is bound in a way that is not understood',
    remedy: 'Only tokens with cnf x5t#S256 as their one confirmation are accepted (RFC 8705 section 3).',
  },
  binding_mismatch: {
    told: true,
    meaning: 'the token is bound to another certificate than the one on this connection',
    remedy: 'Use the certificate that got the token; after a certificate change get a new token.',
  },
  token_inactive: {
    told: true,
    meaning: 'the issuer says that the access token is not active',
    remedy: 'Get a new one; it has expired, was withdrawn, or is not meant for this API.',
  },
  token_revoked: {
    told: false,
    meaning: 'the token, its grant or the key that signed it was withdrawn before it expired',
    remedy: 'The deny feed of the issuer names it; the client gets a new token, if it still may.',
  },
  scope_insufficient: {
    told: true,
    meaning: 'the access token lacks a scope that this operation needs',
    remedy: 'The WWW-Authenticate header names the scope; it must be granted and asked for.',
  },
  route_undeclared: {
    told: false,
    meaning: 'the route declares neither its scopes nor that it is public, so it is closed',
    remedy:
      'Declare for the route which scopes it needs, or that it is public (in Nest @RequireScopes or @Public on the handler).',
  },
} as const satisfies Record<string, ReasonEntry>;

/** Our own trouble: 503 with Retry-After, never a refusal of the caller. */
const OUTAGES = {
  registry_stale: {
    told: true,
    meaning: 'the service cannot confirm its registry at the moment',
    remedy: 'Is PostgreSQL reachable? readyz of the instance says since when it is not. Callers retry.',
  },
  audit_unavailable: {
    told: true,
    meaning: 'the decision could not be recorded durably',
    remedy: 'Is PostgreSQL reachable, the spool directory writable and not full? Callers retry.',
  },
  keys_unavailable: {
    told: true,
    meaning: 'the signing keys of the issuer are not known at the moment',
    remedy: 'Can this API reach the JWKS address of the issuer? Callers retry.',
  },
  introspection_unavailable: {
    told: true,
    meaning: 'the issuer cannot be asked about this access token at the moment',
    remedy:
      'Can this API reach the introspection address of the issuer, and is its own certificate accepted there? The log has the cause. Callers retry.',
  },
  deny_feed_stale: {
    told: true,
    meaning: 'whether this access was withdrawn cannot be confirmed at the moment',
    remedy: 'Can this API reach the deny feed of the issuer? Callers retry.',
  },
  storage_unavailable: {
    told: true,
    meaning: 'the database of this service does not answer',
    remedy: 'Is PostgreSQL reachable from this service? Callers retry.',
  },
  overloaded: {
    told: true,
    meaning: 'the service is starting, stopping or out of capacity',
    remedy: 'Callers retry after the seconds in Retry-After.',
  },
  internal_error: {
    told: true,
    meaning: 'an unexpected error happened',
    remedy: 'The log line of the request id has the stack; it is a fault of ours, not of the caller.',
  },
} as const satisfies Record<string, ReasonEntry>;

/** The API behind the gateway did not answer as it must: 502 or 504, never a refusal of the caller. */
const UPSTREAM_FAILURES = {
  upstream_unreachable: {
    told: true,
    meaning: 'the gateway cannot connect to the API behind it',
    remedy:
      'Does the API listen at the url of its upstream, with a certificate that the gateway trusts? The log has the cause.',
  },
  upstream_broken: {
    told: true,
    meaning: 'the API behind the gateway gave no valid answer',
    remedy:
      'The connection ended before a whole answer, or it was not HTTP; the log of the gateway has the cause. Nothing is sent twice.',
  },
  upstream_timeout: {
    told: true,
    meaning: 'the API behind the gateway did not answer in time',
    remedy:
      'Is it overloaded? The timeouts of its route stand in the gateway file. The call may have had its effect.',
  },
} as const satisfies Record<string, ReasonEntry>;

export const REASONS = {
  ...CERTIFICATE_FACTS,
  ...CLIENT_REFUSALS,
  ...GRANT_REFUSALS,
  ...REQUEST_REFUSALS,
  ...TOKEN_REJECTIONS,
  ...OUTAGES,
  ...UPSTREAM_FAILURES,
} as const;

/** Any reason on the list. */
export type Reason = keyof typeof REASONS;

/** Why the token endpoint refuses a well-formed request. */
export type TokenDenial =
  keyof typeof CERTIFICATE_FACTS | keyof typeof CLIENT_REFUSALS | keyof typeof GRANT_REFUSALS;

/** Why a resource refuses a call. What concerns certificate and suspension is shared with the token endpoint. */
export type AccessRejection =
  | keyof typeof TOKEN_REJECTIONS
  | Extract<
      keyof typeof CERTIFICATE_FACTS,
      'certificate_absent' | 'certificate_unparsable' | 'certificate_refused_by_proxy'
    >
  | Extract<keyof typeof CLIENT_REFUSALS, 'client_suspended' | 'partner_suspended' | 'certificate_blocked'>;

/** Why a request never reached a decision. */
export type RequestRefusal = keyof typeof REQUEST_REFUSALS;

/** Why the service cannot answer at the moment. */
export type Outage = keyof typeof OUTAGES;

/** Why the gateway has no answer of the API behind it. */
export type UpstreamFailure = keyof typeof UPSTREAM_FAILURES;
