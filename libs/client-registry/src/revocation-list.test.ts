import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  encodeDer,
  makeRevocationList,
  TAG,
  type Authority,
  type RevocationListOptions,
} from '@holdfast/test-pki';
import type { TrustAnchorEntry } from './entities.js';
import { parseNewRevocationList } from './revocation-list.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-12-31T23:59:59Z') };
const ISSUING = { subject: 'CN=Issuing CA,O=Acme', ...YEAR };
const ONLY_USERS = {
  oid: '2.5.29.28',
  critical: true,
  value: encodeDer(TAG.sequence, encodeDer(0x81, Uint8Array.of(0xff))),
};

let root: Authority;
let issuing: Authority;
let renewed: Authority;
let anchor: TrustAnchorEntry;

beforeAll(async () => {
  root = await createAuthority({ subject: 'CN=Root CA,O=Acme', ...YEAR });
  issuing = await root.issueAuthority(ISSUING);
  renewed = await root.issueAuthority(ISSUING);
  anchor = {
    id: 'acme-ca',
    partnerId: 'acme',
    certificate: root.der,
    keyThumbprint: 'unused',
    intermediates: [issuing.der, renewed.der],
    revocation: 'hard',
    serverAuthUntil: undefined,
    status: 'active',
  };
});

function upload(signer: Authority = issuing, change: Partial<RevocationListOptions> = {}) {
  const times = { thisUpdate: YEAR.notBefore, nextUpdate: YEAR.notAfter };
  const der = makeRevocationList(signer, { ...times, ...change });
  return parseNewRevocationList(anchor, Buffer.from(der).toString('base64'), NOON);
}

function sourceOf(signer?: Authority, change?: Partial<RevocationListOptions>): string {
  const result = upload(signer, change);
  if (!result.accepted) throw new Error(JSON.stringify(result.problems));
  return result.value.source;
}

describe('parseNewRevocationList', () => {
  it('lets a later list of the same key and scope take the place of the one before', () => {
    expect(sourceOf(issuing, { thisUpdate: NOON })).toBe(sourceOf());
  });

  it('keeps the lists of two keys of one issuer apart (RFC 5280 §6.3.3 (f))', () => {
    expect(sourceOf(renewed)).not.toBe(sourceOf());
  });

  it('keeps lists of different scope apart (RFC 5280 §5.2.5)', () => {
    expect(sourceOf(issuing, { extensions: [ONLY_USERS] })).not.toBe(sourceOf());
  });

  it.each<[string, string, () => ReturnType<typeof upload> | Promise<ReturnType<typeof upload>>]>([
    ['a list of a namesake', 'not_its_issuer', async () => upload(await createAuthority(ISSUING))],
    [
      'a list from the future (RFC 5280 §5.1.2.4)',
      'from_the_future',
      () => upload(issuing, { thisUpdate: new Date(NOON.getTime() + 1_000) }),
    ],
    [
      'a delta CRL (RFC 5280 §5.2.4)',
      'delta',
      () =>
        upload(issuing, {
          extensions: [{ oid: '2.5.29.27', critical: true, value: Uint8Array.of(2, 1, 1) }],
        }),
    ],
    ['what is no CRL', 'unreadable', () => parseNewRevocationList(anchor, 'AAAA', NOON)],
  ])('refuses %s', async (_name, code, make) => {
    expect(await make()).toMatchObject({ accepted: false, problems: [{ field: 'crl', code }] });
  });
});
