import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, createSelfSigned, type Authority, type LeafOptions } from '@holdfast/test-pki';
import { explainPresented, renderExplanation, type Explanation } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-12-31T00:00:00Z') };
const CONNECTION = {
  requestId: 'req_1',
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  serverName: 'mtls.example',
  proxy: null,
};
const LEAF: LeafOptions = {
  subject: 'CN=partner-1,O=Acme',
  san: { dns: ['a.example'], ip: ['192.0.2.1'], uri: ['spiffe://a/b'], email: ['a@b.example'] },
  extendedKeyUsage: ['clientAuth'],
  ...YEAR,
};

let issuer: Authority;
beforeAll(async () => {
  issuer = await createAuthority({ subject: 'CN=CA,O=Acme', ...YEAR });
});

async function explain(
  change: Partial<LeafOptions> = {},
  bag: readonly Uint8Array[] = [issuer.der],
): Promise<Explanation> {
  const { der } = await issuer.issue({ ...LEAF, ...change });
  return explainPresented({ leaf: der, bag }, CONNECTION, NOON);
}

describe('explainPresented', () => {
  it('tells what arrived, and that it is sound', async () => {
    const explanation = await explain();
    expect(explanation).toMatchObject({
      presented: true,
      usable: true,
      fault: null,
      request_id: 'req_1',
      tls: { version: 'TLSv1.3', server_name: 'mtls.example' },
      chain: [
        {
          subject: 'CN=partner-1,O=Acme',
          issuer: 'CN=CA,O=Acme',
          names: ['DNS:a.example', 'IP:192.0.2.1', 'URI:spiffe://a/b', 'email:a@b.example'],
        },
        { subject: 'CN=CA,O=Acme', authority: true },
      ],
      hints: [],
    });
    expect(explanation['x5t#S256']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(explanation.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('names the usual causes where nothing arrived', () => {
    const explanation = explainPresented(undefined, CONNECTION, NOON);
    expect(explanation).toMatchObject({ presented: false, usable: false, chain: [], 'x5t#S256': null });
    expect(explanation.hints.join(' ')).toContain('--cert');
  });

  it.each<[string, Partial<LeafOptions>, string]>([
    ['an expired certificate', { notAfter: YEAR.notBefore }, 'validity.expired'],
    [
      'one that is not valid yet',
      { notBefore: YEAR.notAfter, notAfter: new Date('2027-06-01') },
      'validity.not_yet',
    ],
    ['one for servers only (RFC 5280 §4.2.1.12)', { extendedKeyUsage: ['serverAuth'] }, 'leaf.eku'],
    ['one that may not sign', { keyUsage: ['keyEncipherment'] }, 'leaf.key_usage'],
    ['one signed with SHA-1', { signatureHash: 'SHA-1' }, 'sig.algorithm_weak'],
  ])('says what is wrong with %s, and what to do', async (_name, change, code) => {
    const explanation = await explain(change);
    expect(explanation).toMatchObject({ presented: true, usable: false, fault: { code } });
    expect(explanation.hints).toHaveLength(1);
  });

  it('says that the issuer is missing where the certificate came alone', async () => {
    expect((await explain({}, [])).hints.join(' ')).toContain('intermediate');
  });

  it('does not miss an issuer of a self-signed certificate', async () => {
    const { der } = await createSelfSigned(LEAF);
    expect(explainPresented({ leaf: der, bag: [] }, CONNECTION, NOON).hints).toEqual([]);
  });

  it('shows what cannot be read as nothing', async () => {
    expect((await explain({}, [Uint8Array.of(1, 2, 3)])).chain).toEqual([expect.anything(), null]);
    const unreadable = explainPresented({ leaf: Uint8Array.of(0x30, 0), bag: [] }, CONNECTION, NOON);
    expect(unreadable).toMatchObject({ usable: false, fault: { code: 'der.truncated' }, chain: [null] });
  });

  it('does not call usable what the proxy refuses', async () => {
    const { der } = await createSelfSigned(LEAF);
    const refused = { leaf: der, bag: [], proxyRefusal: 'FAILED:certificate revoked' };
    expect(explainPresented(refused, CONNECTION, NOON)).toMatchObject({
      usable: false,
      fault: { code: 'certificate_refused_by_proxy' },
    });
  });

  it('names the proxy that forwarded the certificate', async () => {
    const { der } = await issuer.issue(LEAF);
    const explanation = explainPresented({ leaf: der, bag: [] }, { ...CONNECTION, proxy: 'edge' }, NOON);
    expect(explanation.via).toBe('the proxy edge');
  });
});

describe('renderExplanation', () => {
  it('says the same in words', async () => {
    const text = renderExplanation(await explain({ notAfter: YEAR.notBefore }));
    for (const part of ['CN=partner-1,O=Acme', 'cannot be used: The leaf has expired.', 'Renew', 'req_1'])
      expect(text).toContain(part);
  });

  it('says that nothing arrived', () => {
    expect(renderExplanation(explainPresented(undefined, CONNECTION, NOON))).toMatch(
      /^No certificate arrived/,
    );
  });
});
