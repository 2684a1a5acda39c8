import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type IssuedCertificate } from '@holdfast/test-pki';
import { ForwardedCertificates, fromRequest, originOf, type Admission, type TrustedProxy } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const VALID = { notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') };
const CREDENTIAL = `edge:${'s'.repeat(40)}`;

let alice: IssuedCertificate;
let bob: IssuedCertificate;
let issuer: IssuedCertificate;

beforeAll(async () => {
  const root = await createAuthority({ subject: 'CN=root', ...VALID });
  issuer = root;
  alice = await root.issue({ subject: 'CN=alice', ...VALID });
  bob = await root.issue({ subject: 'CN=bob', ...VALID });
});

const addresses = new BlockList();
addresses.addSubnet('127.0.0.0', 8);
const EDGE: TrustedProxy = {
  name: 'edge',
  addresses,
  certificate: undefined,
  basic: createHash('sha256').update(CREDENTIAL).digest(),
  format: 'rfc9440',
  certificateHeader: 'client-cert',
  chainHeader: 'client-cert-chain',
  proxyValidates: false,
  verifyHeader: 'x-verify',
  clientAddressHeader: 'x-client-address',
};

type Line = readonly [name: string, value: string];

const item = ({ der }: IssuedCertificate): string => `:${Buffer.from(der).toString('base64')}:`;

/** A request on the connection of a proxy that has proven itself. */
function requestWith(
  lines: readonly Line[],
  socket: object = { remoteAddress: '127.0.0.1' },
): IncomingMessage {
  const credential: Line = ['Proxy-Authorization', `Basic ${Buffer.from(CREDENTIAL).toString('base64')}`];
  return { socket, rawHeaders: [credential, ...lines].flat() } as unknown as IncomingMessage;
}

function admit(lines: readonly Line[], change: Partial<TrustedProxy> = {}): Admission {
  return new ForwardedCertificates([{ ...EDGE, ...change }]).admit(requestWith(lines), NOON);
}

const MALFORMED = { admitted: false, refusal: 'proxy_header_malformed' };

describe('ForwardedCertificates.admit', () => {
  it('takes certificate, chain and client address from the headers of the proxy (RFC 9440 §2)', () => {
    const admission = admit([
      ['Client-Cert', item(alice)],
      ['Client-Cert-Chain', item(issuer)],
      ['X-Client-Address', '203.0.113.9'],
    ]);
    expect(admission).toMatchObject({ admitted: true, proxy: 'edge', clientAddress: '203.0.113.9' });
    const { certificate } = admission as Extract<Admission, { admitted: true }>;
    expect(Buffer.compare(certificate!.leaf, alice.der)).toBe(0);
    expect(certificate!.bag).toHaveLength(1);
  });

  it('refuses a peer without credential, whatever it forwards (PH-02)', () => {
    const { socket, rawHeaders } = requestWith([['Client-Cert', item(alice)]]);
    const stranger = { socket, rawHeaders: rawHeaders.slice(2) } as IncomingMessage;
    expect(new ForwardedCertificates([EDGE]).admit(stranger, NOON)).toMatchObject({
      admitted: false,
      refusal: 'proxy_not_authenticated',
    });
  });

  it.each<[string, readonly Line[]]>([
    ['no header', []],
    ['an empty one', [['Client-Cert', '']]],
    ['the header of another format', [['X-SSL-Client-Cert', 'anything']]],
    ['no header, and a verdict about nothing', [['X-Verify', 'NONE']]],
  ])('takes %s for no certificate', (_name, lines) => {
    expect(admit(lines)).toMatchObject({ admitted: true, certificate: undefined });
  });

  it.each<[string, () => readonly Line[]]>([
    [
      'two certificate lines (PH-08)',
      () => [
        ['Client-Cert', item(alice)],
        ['client-cert', item(bob)],
      ],
    ],
    [
      'the same certificate twice (PH-08)',
      () => [
        ['Client-Cert', item(alice)],
        ['Client-Cert', item(alice)],
      ],
    ],
    [
      'an empty line before the certificate',
      () => [
        ['Client-Cert', ''],
        ['Client-Cert', item(alice)],
      ],
    ],
    [
      'two chain lines',
      () => [
        ['Client-Cert', item(alice)],
        ['Client-Cert-Chain', item(issuer)],
        ['Client-Cert-Chain', item(issuer)],
      ],
    ],
    [
      'two verdicts',
      () => [
        ['Client-Cert', item(alice)],
        ['X-Verify', 'FAILED'],
        ['X-Verify', 'SUCCESS'],
      ],
    ],
    [
      'two addresses',
      () => [
        ['X-Client-Address', '203.0.113.9'],
        ['X-Client-Address', '203.0.113.8'],
      ],
    ],
    ['a list of addresses', () => [['X-Client-Address', '203.0.113.9, 10.0.0.1']]],
    ['a chain without a certificate', () => [['Client-Cert-Chain', item(issuer)]]],
    ['a verified certificate that is not there', () => [['X-Verify', 'SUCCESS']]],
    [
      'a certificate that the proxy did not see (decisions 24)',
      () => [
        ['Client-Cert', item(alice)],
        ['X-Verify', 'NONE'],
      ],
    ],
    ['another format (PH-12)', () => [['Client-Cert', encodeURIComponent(alice.pem)]]],
    [
      'a malformed chain',
      () => [
        ['Client-Cert', item(alice)],
        ['Client-Cert-Chain', 'x'],
      ],
    ],
  ])('refuses %s', (_name, lines) => expect(admit(lines())).toMatchObject(MALFORMED));

  it.each([
    ['apache', '(null)'],
    ['apache', '(null) (null)'],
    ['caddy', '{http.request.tls.client.certificate_der_base64}'],
  ] as const)('takes what %s writes without a certificate for none: %s', (format, value) => {
    expect(admit([['Client-Cert', value]], { format })).toMatchObject({
      admitted: true,
      certificate: undefined,
    });
    expect(admit([['Client-Cert', value]])).toMatchObject(MALFORMED);
  });

  it.each([
    ['SUCCESS', undefined],
    ['FAILED:unable to get local issuer certificate', 'FAILED:unable to get local issuer certificate'],
    ['NONE', 'NONE'],
    ['success', 'success'],
    [undefined, 'no verdict'],
  ])(
    'lets the verdict %s of a proxy that validates refuse, and only refuse (PH-14)',
    (verdict, proxyRefusal) => {
      const lines: Line[] = [['Client-Cert', item(alice)]];
      if (verdict !== undefined) lines.push(['X-Verify', verdict]);
      const admission = admit(lines, { proxyValidates: true });
      expect(admission).toMatchObject({ admitted: true });
      const { certificate } = admission as Extract<Admission, { admitted: true }>;
      expect(certificate!.proxyRefusal).toBe(proxyRefusal);
    },
  );

  it('does not ask a proxy that does not validate: FAILED leaves the certificate as it is (decisions 24)', () => {
    const admission = admit([
      ['Client-Cert', item(alice)],
      ['X-Verify', 'FAILED:self signed certificate'],
    ]);
    expect((admission as Extract<Admission, { admitted: true }>).certificate).not.toHaveProperty(
      'proxyRefusal',
    );
  });

  it('gives one object for one certificate, and none of another', () => {
    const source = new ForwardedCertificates([EDGE]);
    const presented = (one: IssuedCertificate, ...more: readonly Line[]): unknown => {
      const admission = source.admit(requestWith([['Client-Cert', item(one)], ...more]), NOON);
      return (admission as Extract<Admission, { admitted: true }>).certificate;
    };
    expect(presented(alice)).toBe(presented(alice));
    expect(presented(alice)).not.toBe(presented(bob));
    expect(presented(alice)).not.toBe(presented(alice, ['Client-Cert-Chain', item(issuer)]));
  });

  it('remembers a thousand certificates and no more', () => {
    const source = new ForwardedCertificates([EDGE]);
    for (let index = 0; index < 1_100; index += 1) {
      const der = Buffer.from([0x30, 0x02, 0x02 + (index >> 8), index & 0xff]);
      source.admit(requestWith([['Client-Cert', `:${der.toString('base64')}:`]]), NOON);
    }
    expect((source as unknown as { remembered: Map<string, unknown> }).remembered.size).toBe(1_000);
  });
});

describe('fromRequest', () => {
  it("gives each request of one proxy connection its own client's certificate (PH-23)", () => {
    const source = new ForwardedCertificates([EDGE]);
    const [server, socket] = [new EventEmitter(), { remoteAddress: '127.0.0.1' }];
    source.claim(server as never);
    server.emit('secureConnection', socket);
    const requests = Array.from({ length: 200 }, (_, index) => {
      const one = index % 2 === 0 ? alice : bob;
      const raw = requestWith([['Client-Cert', item(one)]], socket);
      source.admit(raw, NOON);
      return { raw, one };
    });
    for (const { raw, one } of requests) expect(Buffer.compare(fromRequest({ raw })!.leaf, one.der)).toBe(0);
  });

  it("throws on a proxy's connection whose request was not admitted: its certificate is nobody else's", () => {
    const source = new ForwardedCertificates([EDGE]);
    const [server, socket] = [new EventEmitter(), { remoteAddress: '127.0.0.1' }];
    source.claim(server as never);
    server.emit('secureConnection', socket);
    expect(() => fromRequest({ raw: requestWith([], socket) })).toThrow('not admitted');
  });

  it('does not look at headers on other listeners (PH-01, PH-24)', () => {
    expect(fromRequest({ raw: requestWith([['Client-Cert', item(alice)]]) })).toBeUndefined();
  });
});

describe('originOf', () => {
  it('names the proxy and the address that it reports, and neither for anybody else (PH-19)', () => {
    const raw = requestWith([
      ['X-Client-Address', '203.0.113.9'],
      ['X-Forwarded-For', '198.51.100.1'],
    ]);
    expect(originOf({ raw })).toEqual({ source: '127.0.0.1' });
    new ForwardedCertificates([EDGE]).admit(raw, NOON);
    expect(originOf({ raw })).toEqual({ source: '203.0.113.9', proxy: 'edge' });
  });
});
