import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

/** What a test may break in an otherwise valid response. */
export interface Flaws {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  /** User present, user verified; both by default. */
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: string | undefined;
}

const PRESENT_AND_VERIFIED = 0x05;
const HAS_CREDENTIAL = 0x40;

/** An authenticator and its browser in software: one discoverable ES256 credential, attestation "none". */
export class SoftwareAuthenticator {
  readonly id = randomBytes(16).toString('base64url');
  private readonly key: KeyObject;
  private readonly coseKey: Buffer;
  private userHandle = '';
  private counter = 0;

  constructor(
    private readonly origin: string,
    private readonly rpId = new URL(origin).hostname,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.key = privateKey;
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    // RFC 9053 §7.1.1 in CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    this.coseKey = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
  }

  /** `navigator.credentials.create` */
  create(options: { challenge: string; user: { id: string } }, flaws: Flaws = {}): RegistrationResponseJSON {
    this.userHandle = options.user.id;
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, id, this.coseKey]);
    const data = Buffer.concat([this.authenticatorData(flaws, HAS_CREDENTIAL), credential]);
    // {"fmt": "none", "attStmt": {}, "authData": data}
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
      Buffer.from([data.length >> 8, data.length & 0xff]),
      data,
    ]);
    return {
      ...this.credential(),
      response: {
        clientDataJSON: this.clientData('webauthn.create', options.challenge, flaws).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  /** `navigator.credentials.get` */
  get(options: { challenge: string }, flaws: Flaws = {}): AuthenticationResponseJSON {
    this.counter += 1;
    const data = this.authenticatorData({ counter: this.counter, ...flaws }, 0);
    const clientData = this.clientData('webauthn.get', options.challenge, flaws);
    const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
    return {
      ...this.credential(),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: createSign('sha256').update(signed).sign(this.key).toString('base64url'),
        userHandle: 'userHandle' in flaws ? flaws.userHandle : this.userHandle,
      },
    };
  }

  private credential() {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {} } as const;
  }

  private clientData(type: string, challenge: string, flaws: Flaws): Buffer {
    const { origin = this.origin, crossOrigin = false } = flaws;
    return Buffer.from(
      JSON.stringify({
        type: flaws.type ?? type,
        challenge: flaws.challenge ?? challenge,
        origin,
        crossOrigin,
      }),
    );
  }

  private authenticatorData({ rpId, flags, counter = 0 }: Flaws, more: number): Buffer {
    const rest = Buffer.alloc(5);
    rest[0] = (flags ?? PRESENT_AND_VERIFIED) | more;
    rest.writeUInt32BE(counter, 1);
    return Buffer.concat([
      createHash('sha256')
        .update(rpId ?? this.rpId)
        .digest(),
      rest,
    ]);
  }
}
