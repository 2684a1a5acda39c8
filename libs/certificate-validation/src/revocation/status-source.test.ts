import { beforeAll, describe, expect, it } from '@jest/globals';
import { encodeDer, encodeOid, TAG } from '@holdfast/test-pki';
import type { Certificate } from '../certificate/certificate.js';
import { bytes } from '../testing/der-surgery.js';
import { parsed, partnerWorld, YEAR, type PartnerWorld } from '../testing/partner-world.js';
import { encodeOcspRequest } from './ocsp-request.js';
import { ocspUrlsOf, statusSourcesOf } from './status-source.js';

const OCSP = '1.3.6.1.5.5.7.48.1';
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';
const URI = 0x86;
const DNS = 0x82;

const access = (method: string, address: string, kind = URI): Uint8Array =>
  encodeDer(TAG.sequence, encodeOid(method), encodeDer(kind, Buffer.from(address)));
const accessInfo = (...descriptions: Uint8Array[]) => ({
  oid: '1.3.6.1.5.5.7.1.1',
  value: encodeDer(TAG.sequence, ...descriptions),
});

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

async function leafWith(...descriptions: Uint8Array[]): Promise<Certificate> {
  const issued = await world.intermediate.issue({
    subject: 'CN=partner-1,O=Acme',
    extensions: [accessInfo(...descriptions)],
    ...YEAR,
  });
  return parsed(issued.der);
}

describe('ocspUrlsOf (RFC 5280 §4.2.2.1)', () => {
  it('finds the responders, and nothing else that the authority offers', async () => {
    const leaf = await leafWith(
      access(CA_ISSUERS, 'http://ca.acme.example/ca.cer'),
      access(OCSP, 'http://ocsp.acme.example/'),
      access(OCSP, 'https://second.acme.example/ocsp'),
    );
    expect(ocspUrlsOf(leaf)).toEqual(['http://ocsp.acme.example/', 'https://second.acme.example/ocsp']);
  });

  it.each<[string, () => Uint8Array[]]>([
    ['another scheme', () => [access(OCSP, 'ldap://ocsp.acme.example/')]],
    ['another kind of name', () => [access(OCSP, 'ocsp.acme.example', DNS)]],
    ['an address with control characters', () => [access(OCSP, 'http://ocsp.acme.example/\n')]],
    ['what cannot be read', () => [access(OCSP, 'http://ocsp.acme.example/'), bytes(5, 0)]],
  ])('finds none in %s', async (_name, make) => {
    expect(ocspUrlsOf(await leafWith(...make()))).toEqual([]);
  });

  it('takes four of a certificate, and no more', async () => {
    const many = Array.from({ length: 9 }, (_, at) => access(OCSP, `http://${at}.acme.example/`));
    expect(ocspUrlsOf(await leafWith(...many))).toHaveLength(4);
  });

  it('finds none where there is no such extension', () => {
    expect(ocspUrlsOf(world.leaf)).toEqual([]);
  });
});

describe('statusSourcesOf', () => {
  it('names each certificate below the anchor with the one that has issued it', async () => {
    const leaf = await leafWith(access(OCSP, 'http://ocsp.acme.example/'));
    const intermediate = parsed(world.intermediate.der);
    const path = { leaf, chain: [intermediate], anchor: { certificate: parsed(world.root.der) } };
    expect(statusSourcesOf(path)).toEqual([
      { kind: 'ocsp', url: 'http://ocsp.acme.example/', certificate: leaf, issuer: intermediate },
    ]);
  });
});

describe('encodeOcspRequest (RFC 6960 §4.1.1)', () => {
  it('names the certificate by the hashes of its issuer and its number, as a responder repeats them', () => {
    const request = Buffer.from(encodeOcspRequest(world.leaf, parsed(world.intermediate.der)));
    // SEQUENCE, length, tbsRequest, length, requestList, length, Request, length: then the CertID.
    const certificateId = request.subarray(8);
    expect(request[1]).toBe(request.length - 2);
    expect(certificateId.subarray(2, 13).toString('hex')).toBe('300906052b0e03021a0500');
    expect(certificateId.subarray(-Buffer.from(world.leaf.serialNumber, 'hex').length).toString('hex')).toBe(
      world.leaf.serialNumber,
    );
  });
});
