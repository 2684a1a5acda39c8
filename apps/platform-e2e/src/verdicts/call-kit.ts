import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { makeSelfSigned, toIdentity, validNow } from '../harness/identity.js';
import { boundClaims, keySetOf, makeIssuerKeys, signToken } from '../harness/made-token.js';
import type { IssuerKeys, SigningChanges } from '../harness/made-token.js';
import { withToken } from '../harness/token-endpoint.js';
import type { Identity, WireRequest } from '../harness/wire.js';
import type { SentCall } from './call.js';

/** Whom every system trusts: an issuer that the test plays, so that tokens can be wrong in one thing and well signed. */
export const ISSUER = 'https://issuer.verdicts.example';
export const AUDIENCE = 'https://api.verdicts.example';
/** The client of a valid token. */
export const CLIENT = 'forged-client';

/** What calls are made of. */
export class CallKit {
  static async make(): Promise<CallKit> {
    const rsa = await createSelfSigned({ subject: 'CN=rsa', keyAlgorithm: 'RSA-2048', ...validNow() });
    return new CallKit(
      await makeIssuerKeys(),
      await makeSelfSigned('CN=holder'),
      await makeSelfSigned('CN=other'),
      toIdentity(rsa),
    );
  }

  /** The client that tokens are bound to. */
  readonly own: Identity;
  /** Another client, whose certificate is as good. */
  readonly other: Identity;

  private constructor(
    readonly keys: IssuerKeys,
    readonly ownLeaf: IssuedCertificate,
    readonly otherLeaf: IssuedCertificate,
    /** A client with a key of the other kind. */
    readonly rsa: Identity,
  ) {
    this.own = toIdentity(ownLeaf);
    this.other = toIdentity(otherLeaf);
  }

  /** What the issuer publishes. */
  keySet(): Promise<{ readonly keys: readonly object[] }> {
    return keySetOf(this.keys);
  }

  /** The claims of a valid token of `own`, with these instead; `undefined` leaves one out. */
  claims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return { ...boundClaims(this.own, ISSUER, AUDIENCE), ...changes };
  }

  /** A token over claims, or over the octets of a text. */
  sign(claims: object | string, signing: SigningChanges = {}): Promise<string> {
    return signToken(claims, signing, this.keys);
  }

  /** A call of `own` with a token. */
  call(token: string, request: Partial<WireRequest> = {}): SentCall {
    return { as: this.own, request: withToken(token, request) };
  }

  /** A call of `own` whose token has other claims. */
  async withClaims(changes: Readonly<Record<string, unknown>> = {}): Promise<SentCall> {
    return this.call(await this.sign(this.claims(changes)));
  }

  /** A call of `own` whose token has another header. */
  async withHeader(header: Readonly<Record<string, unknown>>): Promise<SentCall> {
    return this.call(await this.sign(this.claims(), { header }));
  }
}
