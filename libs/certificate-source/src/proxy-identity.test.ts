import { createHash } from 'node:crypto';
import { BlockList } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseCertificate } from '@holdfast/certificate-validation';
import { createAuthority, createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { ProxyIdentification, type ProxyPeer } from './proxy-identity.js';
import type { TrustedProxy } from './trusted-proxy.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const VALID = { notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') };
const AFTER = new Date('2027-01-01T00:00:01Z');
const SECRET = 's'.repeat(40);

let own: IssuedCertificate;
let issued: IssuedCertificate;
let partner: IssuedCertificate;
let pinned: TrustedProxy;
let byAuthority: TrustedProxy;
let byPassword: TrustedProxy;

beforeAll(async () => {
  const proxies = await createAuthority({ subject: 'CN=proxies', ...VALID });
  const partners = await createAuthority({ subject: 'CN=partners', ...VALID });
  own = await createSelfSigned({ subject: 'CN=edge', extendedKeyUsage: ['clientAuth'], ...VALID });
  issued = await proxies.issue({ subject: 'CN=inner', extendedKeyUsage: ['clientAuth'], ...VALID });
  partner = await partners.issue({ subject: 'CN=edge', extendedKeyUsage: ['clientAuth'], ...VALID });
  const anchor = parseCertificate(proxies.der);
  if (!anchor.parsed) throw new Error(anchor.fault);
  const common = {
    addresses: network('10.0.0.0'),
    certificate: undefined,
    basic: undefined,
    format: 'rfc9440',
    certificateHeader: 'client-cert',
    chainHeader: undefined,
    proxyValidates: false,
    verifyHeader: undefined,
    clientAddressHeader: undefined,
  } as const;
  pinned = { ...common, name: 'pinned', certificate: { thumbprints: new Set([thumbprintOf(own.der)]) } };
  byAuthority = {
    ...common,
    name: 'by-authority',
    certificate: { anchors: [{ certificate: anchor.certificate }] },
  };
  byPassword = {
    ...common,
    name: 'by-password',
    basic: createHash('sha256').update(`edge:${SECRET}`).digest(),
  };
});

function network(address: string): BlockList {
  const list = new BlockList();
  list.addSubnet(address, 24);
  return list;
}

function peer(certificate: IssuedCertificate | undefined, ...credentials: readonly string[]): ProxyPeer {
  return {
    address: '10.0.0.7',
    certificate: certificate && { leaf: certificate.der, bag: [] },
    authorization: credentials.map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
  };
}

function nameOf(proxies: readonly TrustedProxy[], one: ProxyPeer, now = NOON): string {
  const verdict = new ProxyIdentification(proxies).identify(one, now);
  return verdict.known ? verdict.proxy.name : verdict.fault;
}

describe('ProxyIdentification', () => {
  it('knows each proxy by its own credential', () => {
    const all = [pinned, byAuthority, byPassword];
    expect(nameOf(all, peer(own))).toBe('pinned');
    expect(nameOf(all, peer(issued))).toBe('by-authority');
    expect(nameOf(all, peer(undefined, `edge:${SECRET}`))).toBe('by-password');
  });

  it('refuses a peer without any credential (PH-02)', () => {
    expect(nameOf([pinned, byAuthority, byPassword], peer(undefined))).toBe('credential_wrong');
  });

  it.each([
    ['a wrong password', [`edge:${SECRET.toUpperCase()}`]],
    ['an empty password', ['edge:']],
    ['another user', [`other:${SECRET}`]],
    ['the right password and another line', [`edge:${SECRET}`, `edge:${SECRET}`]],
    ['the right password behind a wrong one', ['edge:x', `edge:${SECRET}`]],
  ])('refuses %s (PH-03)', (_name, credentials) => {
    expect(nameOf([byPassword], peer(undefined, ...credentials))).toBe('credential_wrong');
  });

  it('refuses another scheme with the right password (RFC 7617 §2)', () => {
    const [authorization = ''] = peer(undefined, `edge:${SECRET}`).authorization;
    const bearer = { ...peer(undefined), authorization: [authorization.replace('Basic', 'Bearer')] };
    expect(nameOf([byPassword], bearer)).toBe('credential_wrong');
  });

  it('refuses the certificate of a partner, whatever its name (PH-04)', () => {
    expect(nameOf([pinned, byAuthority], peer(partner))).toBe('credential_wrong');
  });

  it('refuses a certificate that expired, also on a connection that was let in before (RFC 5280 §4.1.2.5)', () => {
    for (const [proxy, certificate] of [[pinned, own] as const, [byAuthority, issued] as const]) {
      const identification = new ProxyIdentification([proxy]);
      const connection = peer(certificate);
      expect(identification.identify(connection, NOON).known).toBe(true);
      expect(identification.identify(connection, AFTER).known).toBe(false);
    }
  });

  it('refuses an address that is not listed, and one that is not known', () => {
    expect(nameOf([pinned], { ...peer(own), address: '10.0.1.7' })).toBe('address_not_listed');
    expect(nameOf([pinned], { ...peer(own), address: undefined })).toBe('address_not_listed');
  });

  it('asks for both credentials where both are configured', () => {
    const both = { ...pinned, basic: byPassword.basic };
    expect(nameOf([both], peer(own, `edge:${SECRET}`))).toBe('pinned');
    expect(nameOf([both], peer(own))).toBe('credential_wrong');
    expect(nameOf([both], peer(undefined, `edge:${SECRET}`))).toBe('credential_wrong');
  });

  it('refuses a peer that could be two proxies', () => {
    expect(nameOf([pinned, byPassword], peer(own, `edge:${SECRET}`))).toBe('proxy_ambiguous');
  });

  it('knows nobody where a proxy has no credential at all', () => {
    expect(nameOf([{ ...pinned, certificate: undefined }], peer(own))).toBe('credential_wrong');
  });
});
