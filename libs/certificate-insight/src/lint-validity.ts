import type { DecodedCertificate } from './decode-certificate.js';
import type { Chain } from './intended-use.js';
import { finding, passed, type Check } from './lints.js';
import { nameOf } from './naming.js';

export const EXPIRES_SOON_DAYS = 30;
/** Two years and a quarter: whoever has a key for longer is seldom the one who got it. */
export const LONG_LIFETIME_DAYS = 825;

const DAY = 86_400_000;

/** Whole days from `now` to the end of the validity; negative once it is over. */
export function daysLeft({ notAfter }: Pick<DecodedCertificate, 'notAfter'>, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / DAY);
}

/** How long a leaf is valid in all: a lost key of it can be used until then, unless somebody notices. */
export function lintLifetime({ notBefore, notAfter }: DecodedCertificate): Check[] {
  const days = Math.ceil((notAfter.getTime() - notBefore.getTime()) / DAY);
  if (days <= LONG_LIFETIME_DAYS) return [];
  return [
    finding(
      'LIFETIME_TOO_LONG',
      `It is valid for ${days} days in all, more than the ${LONG_LIFETIME_DAYS} that are advised. Whoever gets hold of its key can use it for so long.`,
      { remedy: 'Ask for a shorter one next time, a year for example, and renew it in time.' },
    ),
  ];
}

/** Both bounds are inclusive, in whole seconds (RFC 5280 §4.1.2.5). */
export function lintValidity(chain: Chain<DecodedCertificate>, now: Date): Check[] {
  return chain.flatMap((certificate, index) => lintOne(certificate, now, index === 0));
}

function lintOne(certificate: DecodedCertificate, now: Date, isFirst: boolean): Check[] {
  const { notBefore, notAfter } = certificate;
  const second = Math.floor(now.getTime() / 1000) * 1000;
  const days = daysLeft(certificate, now);
  if (second > notAfter.getTime()) return [expired(certificate)];
  if (second < notBefore.getTime()) return [notYetValid(certificate)];
  if (days < EXPIRES_SOON_DAYS) return [expiresSoon(certificate, days)];
  return isFirst
    ? [passed('EXPIRED', `It is valid until ${instant(notAfter)}, ${inDays(days)} from now.`)]
    : [];
}

function expired(certificate: DecodedCertificate): Check {
  return finding('EXPIRED', `${nameOf(certificate)} expired on ${instant(certificate.notAfter)}.`, {
    remedy: 'Get a new certificate from its issuer. If you already have one, you have pasted the old file.',
    command: 'openssl x509 -in cert.pem -noout -dates',
  });
}

function notYetValid(certificate: DecodedCertificate): Check {
  return finding(
    'NOT_YET_VALID',
    `${nameOf(certificate)} becomes valid only on ${instant(certificate.notBefore)}.`,
    {
      remedy:
        'Come back at that time. If that time has passed already, the clock of this computer or of the issuer is wrong.',
      command: 'openssl x509 -in cert.pem -noout -dates',
    },
  );
}

function expiresSoon(certificate: DecodedCertificate, days: number): Check {
  return finding(
    'EXPIRES_SOON',
    `${nameOf(certificate)} expires on ${instant(certificate.notAfter)}, ${inDays(days)} from now. From then on it is refused.`,
    { remedy: 'Order the next one now, so that both can be in use for a while.' },
  );
}

const inDays = (days: number): string =>
  days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`;

/** `2026-11-03 12:00 UTC`. */
function instant(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Only version 3 can say what a certificate may be used for (RFC 5280 §4.1.2.1). */
export function lintVersion(chain: Chain<DecodedCertificate>): Check[] {
  return chain
    .filter(({ version }) => version !== 3)
    .map((certificate) =>
      finding(
        'CERTIFICATE_VERSION',
        `${nameOf(certificate)} has the old format version ${certificate.version}, which cannot say what it may be used for. Only version 3 is accepted.`,
        {
          remedy:
            'Issue it again with extensions; with older OpenSSL versions they have to be given in a file.',
          command:
            'openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -days 365 -extfile client.ext -out client.pem',
        },
      ),
    );
}
