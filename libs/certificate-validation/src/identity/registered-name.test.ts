import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned, type CertificateOptions } from '@holdfast/test-pki';
import type { Certificate } from '../certificate/certificate.js';
import { LEAF, parsed } from '../testing/partner-world.js';
import {
  matchesRegisteredName,
  parseRegisteredName,
  type RegisteredName,
  type RegisteredNameKind,
} from './registered-name.js';

const registered = (kind: RegisteredNameKind, text: string): RegisteredName => {
  const result = parseRegisteredName(kind, text);
  if (!result.parsed) throw new Error(result.problem);
  return result.name;
};

const certificate = async (change: Partial<CertificateOptions>): Promise<Certificate> =>
  parsed((await createSelfSigned({ ...LEAF, ...change })).der);

let leaf: Certificate;
beforeAll(async () => {
  leaf = await certificate({});
});

describe('matchesRegisteredName', () => {
  it('finds the subject of the valid leaf (RFC 8705 §2.1.2)', () => {
    expect(matchesRegisteredName(leaf, registered('subject_dn', 'cn=Partner-1, o=ACME'))).toBe(true);
  });

  it('finds the DNS name of the valid leaf in any case (RFC 8705 §2.1.2)', () => {
    expect(matchesRegisteredName(leaf, registered('san_dns', 'API.Partner.example'))).toBe(true);
  });

  it('finds the DNS name among others', async () => {
    const several = await certificate({ san: { dns: ['a.example', 'API.partner.EXAMPLE'] } });
    expect(matchesRegisteredName(several, registered('san_dns', 'api.partner.example'))).toBe(true);
  });

  it.each<[name: string, change: Partial<CertificateOptions>]>([
    ['a common name without the DNS name CV-16', { subject: 'CN=api.partner.example', san: undefined }],
    ['a wildcard in the certificate (RFC 8705 §7.5) CV-17', { san: { dns: ['*.partner.example'] } }],
    ['a DNS name inside a URI CV-19', { san: { uri: ['http://x/, DNS:api.partner.example'] } }],
    ['the name as an e-mail address', { san: { email: ['api.partner.example'] } }],
    ['a parent domain', { san: { dns: ['partner.example'] } }],
    ['a subdomain', { san: { dns: ['x.api.partner.example'] } }],
    ['a trailing dot in the certificate', { san: { dns: ['api.partner.example.'] } }],
    ['no alternative name', { san: undefined }],
  ])('does not take %s for the registered DNS name', async (_name, change) => {
    expect(
      matchesRegisteredName(await certificate(change), registered('san_dns', 'api.partner.example')),
    ).toBe(false);
  });

  it.each<[name: string, change: Partial<CertificateOptions>]>([
    ['a name with one part more CV-29', { subject: 'CN=partner-1,O=Acme,C=DE' }],
    ['the name in the other order CV-22', { subject: 'O=Acme,CN=partner-1' }],
  ])('does not take %s for the registered subject', async (_name, change) => {
    expect(
      matchesRegisteredName(await certificate(change), registered('subject_dn', 'CN=partner-1,O=Acme')),
    ).toBe(false);
  });
});

const ALL_KINDS = {
  san: {
    dns: ['api.partner.example'],
    uri: ['https://Partner.example/Orders'],
    ip: ['10.0.0.1', '2001:db8::1'],
    email: ['Orders@Partner.example'],
  },
};

describe('matchesRegisteredName with the other kinds of alternative name', () => {
  it.each<[kind: RegisteredNameKind, text: string]>([
    ['san_uri', 'https://Partner.example/Orders'],
    ['san_ip', '10.0.0.1'],
    ['san_ip', '2001:DB8:0::0:1'],
    ['san_email', 'Orders@PARTNER.example'],
  ])('finds the %s %s among others (RFC 8705 §2.1.2) CV-21', async (kind, text) => {
    expect(matchesRegisteredName(await certificate(ALL_KINDS), registered(kind, text))).toBe(true);
  });

  it.each<[kind: RegisteredNameKind, text: string, name: string, change: Partial<CertificateOptions>]>([
    ['san_uri', 'https://partner.example/orders', 'a URI whose path has another case CV-31', ALL_KINDS],
    ['san_uri', 'https://partner.example/Orders', 'a URI whose host has another case', ALL_KINDS],
    ['san_uri', 'https://Partner.example/Order%73', 'a URI that is percent-encoded elsewhere', ALL_KINDS],
    ['san_uri', 'https://Partner.example/', 'the beginning of a URI', ALL_KINDS],
    ['san_uri', 'urn:api.partner.example', 'a DNS name', ALL_KINDS],
    ['san_uri', 'spiffe://a/b', 'one SPIFFE ID of two URIs', { san: { uri: ['spiffe://a/b', 'urn:x'] } }],
    ['san_ip', '10.0.0.1', 'an IPv4-mapped address CV-21', { san: { ip: ['::ffff:a00:1'] } }],
    ['san_ip', '::ffff:10.0.0.1', 'the IPv4 address CV-21', { san: { ip: ['10.0.0.1'] } }],
    ['san_ip', '10.0.0.1', 'a DNS name that looks like it CV-21', { san: { dns: ['10.0.0.1'] } }],
    ['san_email', 'orders@partner.example', 'a local part in another case (RFC 5280 §7.5)', ALL_KINDS],
    ['san_email', 'a@b.example', 'a subdomain', { san: { email: ['a@x.b.example'] } }],
    ['san_email', 'a@b.example', 'a quoted local part', { san: { email: ['"a"@b.example'] } }],
    ['san_email', 'a@b.example', 'the whole host (RFC 5280 §4.2.1.10)', { san: { email: ['b.example'] } }],
    [
      'san_email',
      'a@b.example',
      'the emailAddress of the subject (RFC 8705 §2.1.2)',
      { subject: 'E=a@b.example', san: undefined },
    ],
  ])('does not take for the registered %s %s %s', async (kind, text, _name, change) => {
    expect(matchesRegisteredName(await certificate(change), registered(kind, text))).toBe(false);
  });

  it('finds an IPv4-mapped address by all its octets (RFC 4291 §2.5.5.2) CV-21', async () => {
    const mapped = await certificate({ san: { ip: ['::ffff:a00:1'] } });
    expect(matchesRegisteredName(mapped, registered('san_ip', '::ffff:10.0.0.1'))).toBe(true);
  });

  it('finds a SPIFFE ID that is the only URI (X.509-SVID §2)', async () => {
    const svid = await certificate({ san: { uri: ['spiffe://partner.example/orders'], dns: ['a.example'] } });
    expect(matchesRegisteredName(svid, registered('san_uri', 'spiffe://partner.example/orders'))).toBe(true);
  });
});

describe('parseRegisteredName', () => {
  it('gives one canonical value for names that match the same certificates', () => {
    const one = registered('subject_dn', 'cn=partner-1+ou=X,o=acme');
    const other = registered('subject_dn', '2.5.4.11=x + CN=Partner-1, O=Acme');
    expect(one.canonical).toBe(other.canonical);
    expect(one.value).toBe('CN=partner-1+OU=X,O=acme');
    expect(registered('san_dns', 'Api.Example.').canonical).toBe(
      registered('san_dns', 'api.example').canonical,
    );
  });

  it.each<[input: string, problem: RegExp]>([
    ['', /empty/],
    ['*.partner.example', /Wildcards are not allowed/],
    ['.*', /Wildcards are not allowed/],
    ['https://api.partner.example', /":" \(at character 6\).*without scheme/],
    ['api partner', /" " \(at character 4\)/],
    ['bücher.example', /at character 2\); register "xn--bcher-kva.example"/],
    ['a..example', /empty/],
    ['.example', /empty/],
    ['.', /empty/],
    ['-a.example', /"-a".*hyphen/],
    [`${'a'.repeat(64)}.example`, /1 to 63 characters/],
    [`${'a.'.repeat(127)}example`, /longer than 253/],
    ['192.0.2.1', /IP address/],
    ['a\0b', /"\\u0000" \(at character 2\)/],
  ])('refuses the DNS name %j and says why (RFC 8705 §7.5)', (input, problem) => {
    expect(parseRegisteredName('san_dns', input)).toEqual({
      parsed: false,
      problem: expect.stringMatching(problem),
    });
  });

  it.each<[kind: RegisteredNameKind, input: string, problem: RegExp]>([
    ['san_uri', '', /empty/],
    ['san_uri', 'partner.example/orders', /no scheme/],
    ['san_uri', '//partner.example', /no scheme/],
    ['san_uri', 'https:', /no scheme/],
    ['san_uri', 'https://bücher.example/', /not ASCII \(at character 10\).*percent-encoded/],
    ['san_uri', 'http://x/, DNS:api.partner.example', /space or control character \(at character 11\)/],
    ['san_uri', 'https://x/\0', /space or control character \(at character 11\)/],
    ['san_email', '', /orders@partner.example/],
    ['san_email', 'partner.example', /orders@partner.example/],
    ['san_email', '@partner.example', /orders@partner.example/],
    ['san_email', 'a@', /after "@": The DNS name is empty/],
    ['san_email', 'a@b@partner.example', /"@" \(at character 2\)/],
    ['san_email', 'a@bücher.example', /after "@":.*register "xn--bcher-kva.example"/],
    ['san_email', 'a@[192.0.2.1]', /after "@":/],
    ['san_email', 'a@*.partner.example', /Wildcards/],
    ['san_email', 'ü@partner.example', /not ASCII \(at character 1\).*RFC 9598/],
    ['san_email', '"a b"@partner.example', /quoted/],
    ['san_email', 'Orders <a@partner.example', /" " \(at character 7\)/],
    ['san_email', 'a..b@partner.example', /Single dots/],
    ['san_email', '.a@partner.example', /Single dots/],
    ['san_email', `${'a'.repeat(65)}@partner.example`, /longer than 64/],
  ])('refuses the %s %j and says why (RFC 8705 §2.1.2)', (kind, input, problem) => {
    expect(parseRegisteredName(kind, input)).toEqual({
      parsed: false,
      problem: expect.stringMatching(problem),
    });
  });

  it('gives one canonical value for the spellings of an e-mail address that match alike', () => {
    const one = registered('san_email', 'Orders@Partner.Example.');
    expect(one).toEqual(registered('san_email', 'Orders@partner.example'));
    expect(one.canonical).not.toBe(registered('san_email', 'orders@partner.example').canonical);
  });

  it('refuses a subject that is too long to be indexed, in octets', () => {
    const longest = `CN=${'é'.repeat((2_000 - '2.5.4.3='.length) / 2)}`;
    expect(parseRegisteredName('subject_dn', longest).parsed).toBe(true);
    expect(parseRegisteredName('subject_dn', `${longest}a`)).toEqual({
      parsed: false,
      problem: expect.stringMatching(/2001 octets.*at most 2000/),
    });
  });

  it('refuses a subject that is not RFC 4514 text', () => {
    expect(parseRegisteredName('subject_dn', 'partner-1').parsed).toBe(false);
  });
});
