import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type ConnectionOptions, type SecureVersion, type TlsOptions } from 'node:tls';
import { encodeDer, encodeOid, TAG } from '@holdfast/test-pki';
import { findFreePort } from '@holdfast/test-server';
import { settingsOf } from '../../harness/stack-under-test.js';
import { credentialsForm, tokenRequest } from '../../harness/token-endpoint.js';
import { Wire, WireClosed, type Identity } from '../../harness/wire.js';
import { invalidClient, type AttackCase } from '../attack-case.js';
import type { AttackWorld, Target } from '../attack-world.js';
import { type judgeAnswer } from '../oracle.js';
import { clientHello } from './client-hello.js';

/** Lets our own side speak what nobody should speak any more. */
const ANYTHING = 'ALL:@SECLEVEL=0';
const OLD: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1'];
const GOOD_SUITES = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'];
const OTHER_SUITES = [
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-ECDSA-AES128-CCM',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'DHE-RSA-AES128-GCM-SHA256',
  'AES128-GCM-SHA256',
  'AES128-SHA',
];
const RENEGOTIATIONS = 100;
const RENEGOTIATED_WITHIN_MS = 1_000;

/** §3.5 of the catalogue, second part: versions, suites, names and possession. */
export const TLS_HANDSHAKES: readonly AttackCase[] = [
  {
    id: 'TL-08',
    title: 'has one trust policy however the server name is spelled',
    source: 'CVE-2026-48928; RFC 6066 §3',
    attempts: (world) => {
      const names = ['localhost', 'LOCALHOST', 'localhost.', 'LocalHost', 'other.example', ''];
      const form = credentialsForm(world.named.clientId);
      const people: readonly (readonly [Identity | undefined, Parameters<typeof judgeAnswer>[1]])[] = [
        [world.named.identity, { status: 200 }],
        [world.attackerClient.identity, invalidClient('certificate_not_registered')],
        [undefined, invalidClient('certificate_absent')],
      ];
      return names.flatMap((servername) =>
        people.map(([as, expected]) => ({
          name: `"${servername}"`,
          to: world.token,
          as,
          tls: { servername, checkServerIdentity: () => undefined },
          send: tokenRequest(form),
          expected,
        })),
      );
    },
  },
  {
    id: 'TL-10',
    title: 'refuses TLS 1.0 and 1.1',
    source: 'RFC 8996; ASVS 12.1.1',
    check: async (world) => {
      const violations: string[] = [];
      for (const version of OLD) {
        const options = { minVersion: version, maxVersion: version, ciphers: ANYTHING };
        if (!(await canSpeak(world, options))) violations.push(`our own side cannot speak ${version}`);
        for (const target of [...world.mutualTls, world.open])
          if (await handshakes(world, target, options)) violations.push(`${version} at ${target.name}`);
      }
      return violations;
    },
  },
  {
    id: 'TL-11',
    title: 'refuses every TLS 1.2 suite but the ECDHE-AES-GCM ones',
    source: 'RFC 9325 §4.2; FAPI2 RequireOnlyBCP195RecommendedCiphersForTLS12',
    check: async (world) => {
      const violations: string[] = [];
      const only = (suite: string): ConnectionOptions => ({
        maxVersion: 'TLSv1.2',
        ciphers: `${suite}:@SECLEVEL=0`,
      });
      for (const target of [...world.mutualTls, world.open]) {
        for (const suite of GOOD_SUITES)
          if (!(await handshakes(world, target, only(suite))))
            violations.push(`no ${suite} at ${target.name}`);
        for (const suite of OTHER_SUITES)
          if (await handshakes(world, target, only(suite))) violations.push(`${suite} at ${target.name}`);
      }
      return violations;
    },
  },
  {
    id: 'TL-12',
    title: 'chooses TLS 1.3 when both are offered',
    source: 'RFC 9325 §3.1.1',
    check: async (world) => {
      const violations: string[] = [];
      for (const { name, url } of [...world.mutualTls, world.open]) {
        const wire = await Wire.dial({ url, ca: world.stack.ca, tls: { minVersion: 'TLSv1.2' } });
        if (wire.socket.getProtocol() !== 'TLSv1.3')
          violations.push(`${wire.socket.getProtocol()} at ${name}`);
        wire.close();
      }
      return violations;
    },
  },
  {
    id: 'TL-13',
    title: 'refuses renegotiation that the client begins',
    source: 'RFC 9325 §3.5; CVE-2011-1473',
    check: async (world) => {
      const control = await withOwnServer(world, {}, (url) => renegotiates(world, url));
      if (!control) return ['our own side cannot renegotiate'];
      const attempts = Array.from({ length: RENEGOTIATIONS }, () => renegotiates(world, world.token.url));
      const succeeded = (await Promise.all(attempts)).filter(Boolean).length;
      return succeeded === 0 ? [] : [`${succeeded} of ${RENEGOTIATIONS} succeeded`];
    },
  },
  {
    id: 'TL-16',
    title: "refuses a victim's public certificate without its private key",
    source: 'RFC 8446 §4.4.3',
    check: async (world) => {
      const forged = withoutItsKey(world.named.identity, world.attackerClient.identity);
      const violations: string[] = [];
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        for (const { name, url } of world.mutualTls) {
          const outcome = await answerOver({
            url,
            ca: world.stack.ca,
            identity: forged,
            tls: { maxVersion: version },
          });
          if (outcome !== 'refused') violations.push(`${version} at ${name}: ${outcome}`);
        }
      }
      return violations;
    },
  },
  {
    id: 'TL-17',
    title: 'survives server names that are none',
    source: 'CVE-2026-21637',
    check: async (world) => {
      const names = [
        Buffer.alloc(255, 'a'),
        Buffer.from('\xfc\xff\xe9mtls', 'latin1'),
        Buffer.from('mtls\0.example'),
        Buffer.from('\0'),
        Buffer.from('../../etc'),
        Buffer.from('\r\nHost: x'),
        Buffer.alloc(0),
      ];
      for (const target of [...world.mutualTls, world.open]) {
        for (const name of names) await sendOctets(target, await clientHello(name));
      }
      return [];
    },
  },
  {
    id: 'TL-19',
    title: 'answers plain HTTP at a TLS port with nothing',
    source: 'ASVS 12.2.1',
    check: async (world) => {
      const violations: string[] = [];
      const { body = '' } = tokenRequest(credentialsForm(world.named.clientId));
      const request = `POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${String(body)}`;
      for (const target of [...world.mutualTls, world.open]) {
        const answer = (await sendOctets(target, Buffer.from(request))).toString('latin1');
        if (/^HTTP\/1\.1 [23]|^location:/im.test(answer))
          violations.push(`${target.name}: ${answer.slice(0, 80)}`);
      }
      return violations;
    },
  },
];

async function handshakes(world: AttackWorld, { url }: Target, tls: ConnectionOptions): Promise<boolean> {
  return (await answerOver({ url, ca: world.stack.ca, tls })) !== 'refused';
}

/** TLS 1.3 tells a client of a refused certificate only when it reads. */
async function answerOver(dial: Parameters<typeof Wire.dial>[0]): Promise<string> {
  let wire: Wire | undefined;
  try {
    wire = await Wire.dial(dial);
    return `answered ${(await wire.send({ target: '/' })).status}`;
  } catch (error) {
    if (!(error instanceof WireClosed)) throw error;
    return 'refused';
  } finally {
    wire?.close();
  }
}

/** The control: without it a refusal might be our own. */
function canSpeak(world: AttackWorld, options: ConnectionOptions): Promise<boolean> {
  return withOwnServer(world, { minVersion: 'TLSv1', ciphers: ANYTHING }, async (url) => {
    return (await answerOver({ url, ca: world.stack.ca, tls: options })) !== 'refused';
  });
}

/** Does something with a server of our own that refuses nothing. */
async function withOwnServer<T>(
  world: AttackWorld,
  options: TlsOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const { certificateFile, privateKeyFile } = settingsOf(world.stack).pki.server;
  const server = createServer({
    cert: readFileSync(certificateFile),
    key: readFileSync(privateKeyFile),
    ...options,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  });
  server.on('tlsClientError', () => undefined);
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    return await work(`https://localhost:${port}`);
  } finally {
    server.close();
  }
}

/** A server that refuses says nothing, or closes: what counts is that it does not happen. */
async function renegotiates({ stack, named: { identity } }: AttackWorld, url: string): Promise<boolean> {
  const wire = await Wire.dial({ url, ca: stack.ca, identity, tls: { maxVersion: 'TLSv1.2' } });
  const outcome = await new Promise<boolean>((resolve) => {
    const patience = setTimeout(() => resolve(false), RENEGOTIATED_WITHIN_MS);
    const end = (succeeded: boolean): void => {
      clearTimeout(patience);
      resolve(succeeded);
    };
    wire.socket.once('close', () => end(false));
    wire.socket.renegotiate({ rejectUnauthorized: true }, (error) => end(error === null));
  });
  wire.close();
  return outcome;
}

/**
 * The victim's public key with the private scalar of somebody else (RFC 5915): OpenSSL loads it beside the victim's
 * certificate, because it compares public keys only, and then signs with the wrong scalar.
 */
function withoutItsKey(victim: Identity, thief: Identity): Identity {
  const { x = '', y = '' } = createPrivateKey(victim.privateKey).export({ format: 'jwk' });
  const { d = '' } = createPrivateKey(thief.privateKey).export({ format: 'jwk' });
  const octets = (text: string): Buffer => Buffer.from(text, 'base64url');
  const point = Buffer.concat([Buffer.from([0x00, 0x04]), octets(x), octets(y)]);
  const ecPrivateKey = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, Buffer.from([1])),
    encodeDer(TAG.octetString, octets(d)),
    encodeDer(0xa1, encodeDer(TAG.bitString, point)),
  );
  const algorithm = encodeDer(TAG.sequence, encodeOid('1.2.840.10045.2.1'), encodeOid('1.2.840.10045.3.1.7'));
  const pkcs8 = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, Buffer.from([0])),
    algorithm,
    encodeDer(TAG.octetString, ecPrivateKey),
  );
  const base64 = Buffer.from(pkcs8).toString('base64');
  return {
    certificate: victim.certificate,
    privateKey: `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`,
  };
}

/** Sends octets over TCP and returns what comes back until the peer closes, or half a second. */
async function sendOctets({ url }: Target, octets: Buffer): Promise<Buffer> {
  const socket = connectTcp({ host: '127.0.0.1', port: Number(new URL(url).port) });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(octets);
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), delay(200)]);
  socket.destroy();
  return Buffer.concat(chunks);
}
