import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers';
import type { Account, Passkey, PeopleActor } from './entities.js';
import type { OpenSession, PeopleStore } from './people-store.js';
import { newSecret, parseSecret } from './secret.js';
import { newSession, type Opened } from './sign-in.js';
import { SignInRefused } from './sign-in-refused.js';

const CHALLENGE_LIFETIME_MS = 5 * 60_000;

/** COSE algorithms: ES256, EdDSA, RS256. What else an authenticator offers is refused. */
const ALGORITHMS = [-7, -8, -257];

/** A passkey that was just added; its session takes the place of the one that asked. */
export interface AddedPasskey {
  readonly passkey: Passkey;
  readonly opened: Opened;
}

/**
 * The ceremonies of Web Authentication (Level 3 §7.1, §7.2): discoverable credentials, user verification required, exact
 * origin, one challenge for one attempt. Every refusal is `passkey_refused`; `cause` says why, for the log.
 * Does NOT look at attestation: any authenticator may be used.
 */
export class Passkeys {
  private readonly rpId: string;

  constructor(
    private readonly store: PeopleStore,
    /** Where the pages are: passkeys belong to its host name. */
    private readonly origin: string,
    private readonly clock: () => Date,
  ) {
    this.rpId = new URL(origin).hostname;
  }

  /** What the browser makes a new credential from. */
  async registrationOptions(account: Account): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await this.store.listPasskeys(account.id);
    return generateRegistrationOptions({
      rpName: 'Holdfast',
      rpID: this.rpId,
      userID: Uint8Array.from(Buffer.from(account.id)),
      userName: account.name,
      userDisplayName: account.name,
      challenge: await this.newChallenge(account.id),
      timeout: CHALLENGE_LIFETIME_MS,
      attestationType: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
      supportedAlgorithmIDs: ALGORITHMS,
    });
  }

  /** Adds the new credential to the account of the session, and opens a session by it in place of that one. */
  async register(
    by: PeopleActor,
    { account, session }: OpenSession,
    name: string,
    response: RegistrationResponseJSON,
  ): Promise<AddedPasskey> {
    const challenge = await this.takeChallenge(response.response.clientDataJSON, account.id);
    const { verified, registrationInfo } = await refusing(() =>
      verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.origin,
        expectedRPID: this.rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    );
    if (!verified) throw refused('the attestation does not verify');
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    const now = this.clock();
    const made = { publicKey, counter, transports, createdAt: now, usedAt: null };
    const passkey = { id, accountId: account.id, name, ...made };
    const next = newSession('passkey', now);
    if (!(await this.store.addPasskey(by, passkey, session.digest, next.session)))
      throw refused('the credential exists already, or the session was closed');
    return { passkey, opened: { id: next.secret.text, account, via: 'passkey' } };
  }

  /** The passkeys of the account, oldest first. */
  list({ id }: Account): Promise<readonly Passkey[]> {
    return this.store.listPasskeys(id);
  }

  /** Gives a passkey of the account another name. Throws `passkey_unknown`, also for one of somebody else. */
  async rename(by: PeopleActor, { account }: OpenSession, id: string, name: string): Promise<void> {
    const renamed = await this.store.renamePasskey(by, { id, accountId: account.id }, name, this.clock());
    if (!renamed) throw new SignInRefused('passkey_unknown');
  }

  /**
   * Removes a passkey of the account and ends its other sessions. Throws `passkey_unknown`, also for one of somebody
   * else, and `last_passkey`: nobody locks themselves out (AW-26).
   */
  async remove(by: PeopleActor, { account, session }: OpenSession, id: string): Promise<void> {
    const owned = { id, accountId: account.id };
    const removal = await this.store.removePasskey(by, owned, session.digest, this.clock());
    if (removal === 'unknown') throw new SignInRefused('passkey_unknown');
    if (removal === 'last') throw new SignInRefused('last_passkey');
  }

  /** What the browser asks for a credential with: any that it has for this host. */
  async authenticationOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      rpID: this.rpId,
      challenge: await this.newChallenge(null),
      timeout: CHALLENGE_LIFETIME_MS,
      userVerification: 'required',
    });
  }

  /** Opens a session for whoever proves to have a registered credential. */
  async authenticate(response: AuthenticationResponseJSON, requestId: string): Promise<Opened> {
    const challenge = await this.takeChallenge(response.response.clientDataJSON, null);
    const found = await this.store.findPasskey(response.id);
    if (found === undefined) throw refused('the credential is unknown');
    const { passkey, account } = found;
    // §7.2 step 6: with a discoverable credential the authenticator itself says whose it is.
    if (response.response.userHandle !== Buffer.from(account.id).toString('base64url'))
      throw refused('the user handle is not that of the account');
    const { verified, authenticationInfo } = await refusing(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.origin,
        expectedRPID: this.rpId,
        credential: {
          id: passkey.id,
          publicKey: Uint8Array.from(passkey.publicKey),
          counter: passkey.counter,
        },
        requireUserVerification: true,
      }),
    );
    if (!verified) throw refused('the signature does not verify');
    const { secret, session } = newSession('passkey', this.clock());
    const by = { id: account.id, requestId };
    if (!(await this.store.signIn(by, passkey, authenticationInfo.newCounter, session)))
      throw refused('the counter changed meanwhile');
    return { id: secret.text, account, via: 'passkey' };
  }

  private async newChallenge(accountId: string | null): Promise<Uint8Array<ArrayBuffer>> {
    const { text, digest } = newSecret();
    const now = this.clock();
    const expiresAt = new Date(now.getTime() + CHALLENGE_LIFETIME_MS);
    await this.store.addChallenge({ digest, accountId, expiresAt }, now);
    return Uint8Array.from(Buffer.from(text, 'base64url'));
  }

  /** The challenge that the response is for. It is used up before anything else is checked. */
  private async takeChallenge(clientData: string, accountId: string | null): Promise<string> {
    const { challenge, crossOrigin } = await refusing(async () => decodeClientDataJSON(clientData));
    const digest = parseSecret(challenge);
    if (digest === undefined || !(await this.store.takeChallenge(digest, accountId, this.clock())))
      throw refused('the challenge is unknown, used or too old');
    if (crossOrigin !== undefined && crossOrigin !== false) throw refused('made inside a foreign page');
    return challenge;
  }
}

/** The library throws for everything that does not verify; it does nothing that could fail for another reason. */
async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    throw refused((error as Error).message, error);
  }
}

function refused(detail: string, cause?: unknown): SignInRefused {
  return new SignInRefused('passkey_refused', detail, { cause });
}
