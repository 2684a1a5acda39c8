import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { Session } from '../api/entities.js';
import { RequestFailed } from '../api/problem.js';
import { request } from '../api/request.js';

type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];
type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];

/** Why this page cannot make or use a passkey at all; undefined if nothing is known to stand against it. */
export function passkeyObstacle(): string | undefined {
  if (!window.isSecureContext)
    return 'This page was not loaded over https, and browsers keep passkeys off such pages.';
  if (/^[\d.]+$|^\[/.test(location.hostname)) {
    return 'This page was opened by an IP address. Passkeys need a host name, such as localhost.';
  }
  if (!browserSupportsWebAuthn()) return 'This browser cannot make passkeys (it has no WebAuthn).';
  return undefined;
}

/** Makes a passkey for who is signed in. */
export async function addPasskey(name: string): Promise<void> {
  // Before the device makes one: it would be left over when the server refuses the name.
  if (name.trim() === '') throw notMade('Give the passkey a name first.');
  const path = '/auth/passkey/registration';
  const { value: optionsJSON } = await request<CreationOptions>('POST', `${path}/options`);
  const response = await startRegistration({ optionsJSON }).catch(refusedByBrowser);
  await request('POST', path, { body: { name, response } });
}

/** Signs in with any passkey that this browser has for this origin. */
export async function signInWithPasskey(): Promise<Session> {
  const path = '/auth/passkey/authentication';
  const { value: optionsJSON } = await request<RequestOptions>('POST', `${path}/options`);
  const response = await startAuthentication({ optionsJSON }).catch(refusedByBrowser);
  return (await request<Session>('POST', path, { body: { response } })).value;
}

/** The browser's own refusal, in words; its texts differ, so only what they have in common is read. */
function refusedByBrowser(error: unknown): never {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  throw notMade(inWords(name, message));
}

function notMade(detail: string): RequestFailed {
  return new RequestFailed({ status: 0, code: 'passkey_refused', title: 'No passkey', detail, errors: [] });
}

function inWords(name: string, message: string): string {
  if (/certificate/i.test(message)) {
    return 'The browser does not trust the certificate of this page, and makes no passkeys on such a page. Trust the development CA on this computer, or put a certificate that is trusted in front of it.';
  }
  if (name === 'SecurityError') {
    return 'The browser refused: the address of this page is not the one that passkeys are set up for here.';
  }
  if (name === 'InvalidStateError') return 'This device has a passkey for this account already.';
  if (name === 'NotSupportedError' || name === 'ConstraintError') {
    return 'This device offers no passkey that asks for a PIN, a fingerprint or a face. Use a security key or a phone.';
  }
  return 'Nothing was made or used: the browser was told to stop, or waited too long. You can try again.';
}
