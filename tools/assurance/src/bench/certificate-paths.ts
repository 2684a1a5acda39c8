import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import {
  parseCertificate,
  PARTNER_CERTIFICATES,
  PARTNER_REVOCATION,
  validateClientCertificate,
  type Certificate,
} from '@holdfast/certificate-validation';
import type { Client } from '@holdfast/client-registry';
import { EvidenceStore } from '@holdfast/token-issuance';
import { createAuthority, type IssuedCertificate, type KeyAlgorithm } from '@holdfast/test-pki';
import { isInstalled, runProgram } from '../program.js';
import { cpuTimeOf, type Contestant } from './rounds.js';

/** A leaf, its issuer and the root above, as three DER certificates. */
interface Chain {
  readonly leaf: IssuedCertificate;
  readonly intermediate: IssuedCertificate;
  readonly root: IssuedCertificate;
}

const NOW = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const OPERATIONS = 200;

/** The judgement of a leaf with one intermediate, by us and by others. The last one is the baseline of the ratios. */
export async function certificatePathContestants(
  keyAlgorithm: KeyAlgorithm,
  rounds: number,
): Promise<Contestant[]> {
  const chain = await makeChain(keyAlgorithm);
  // Each cold judgement needs keys that nobody has seen yet.
  const fresh: Chain[] = [];
  for (let made = 0; made < coldOperations(keyAlgorithm) * (rounds + 1); made += 1)
    fresh.push(await makeChain(keyAlgorithm));
  return [
    holdfastCold(fresh, coldOperations(keyAlgorithm)),
    holdfastWarm(chain),
    holdfastMemoised(chain),
    peculiar(chain),
    ...(isInstalled('openssl') ? [openssl(chain)] : []),
    nodeCrypto(chain),
  ];
}

/** Keys of 2048 bits take a moment each. */
const coldOperations = (keyAlgorithm: KeyAlgorithm): number => (keyAlgorithm === 'RSA-2048' ? 6 : 60);

async function makeChain(keyAlgorithm: KeyAlgorithm): Promise<Chain> {
  const root = await createAuthority({ subject: 'CN=Root,O=Acme', keyAlgorithm, ...YEAR });
  const intermediate = await root.issueAuthority({ subject: 'CN=Issuing,O=Acme', keyAlgorithm, ...YEAR });
  const leaf = await intermediate.issue({
    subject: 'CN=acme-orders,O=Acme',
    san: { dns: ['orders.acme.example'] },
    extendedKeyUsage: ['clientAuth'],
    keyAlgorithm,
    ...YEAR,
  });
  return { leaf, intermediate, root };
}

const inProcess = (name: string, operations: number, once: (turn: number) => unknown): Contestant => ({
  name,
  operations,
  run: () =>
    cpuTimeOf(async () => {
      for (let turn = 0; turn < operations; turn += 1) await once(turn);
    }),
});

function judge({ leaf, intermediate }: Chain, anchor: Certificate): void {
  const verdict = validateClientCertificate(
    parsed(leaf.der),
    [intermediate.der],
    [{ certificate: anchor }],
    PARTNER_CERTIFICATES,
    NOW,
  );
  if (!verdict.trusted) throw new Error(verdict.fault);
}

function holdfastCold(fresh: Chain[], operations: number): Contestant {
  const anchors = new Map(fresh.map((chain) => [chain, parsed(chain.root.der)]));
  return inProcess('holdfast, keys never seen', operations, () => {
    const chain = fresh.pop()!;
    judge(chain, anchors.get(chain)!);
  });
}

function holdfastWarm(chain: Chain): Contestant {
  const anchor = parsed(chain.root.der);
  return inProcess('holdfast, keys known', OPERATIONS, () => judge(chain, anchor));
}

/** The next request on a connection that has been judged: what the token service does. */
function holdfastMemoised({ leaf, intermediate, root }: Chain): Contestant {
  const presented = { leaf: leaf.der, bag: [intermediate.der] };
  const store = new EvidenceStore();
  // Only the question that the memo asks of a client.
  const client = { isIdentifiedBy: () => true } as unknown as Client;
  const anchors = [{ certificate: parsed(root.der), revocation: { mode: 'off', lists: [] } }];
  const policy = { path: PARTNER_CERTIFICATES, revocation: PARTNER_REVOCATION };
  const trust = { method: 'tls_client_auth', anchors, intermediates: [] } as never;
  const certificate = parsed(leaf.der);
  return inProcess('holdfast, same connection', OPERATIONS * 100, () => {
    const judged = store.of(presented).pathFor(client, trust, certificate, policy, NOW);
    if (judged?.verdict.trusted !== true) throw new Error('the world of the benchmark is broken');
  });
}

/** Builds the chain and verifies each link: what its documentation shows. It checks far less. */
function peculiar({ leaf, intermediate, root }: Chain): Contestant {
  return inProcess('@peculiar/x509, chain builder and verify', OPERATIONS, async () => {
    const certificates = [intermediate, root].map(
      ({ der }) => new x509.X509Certificate(Uint8Array.from(der)),
    );
    const chain = await new x509.X509ChainBuilder({ certificates }).build(
      new x509.X509Certificate(Uint8Array.from(leaf.der)),
    );
    for (const [at, certificate] of chain.entries()) {
      const issuer = chain[at + 1] ?? certificate;
      if (!(await certificate.verify({ date: NOW, publicKey: issuer.publicKey })))
        throw new Error('it refused a valid chain');
    }
  });
}

/** Parses, asks who issued whom, verifies two signatures. It checks neither validity nor names nor usages. */
function nodeCrypto({ leaf, intermediate, root }: Chain): Contestant {
  return inProcess('node:crypto, parse and verify alone', OPERATIONS, () => {
    const [a, b, c] = [leaf, intermediate, root].map(({ der }) => new X509Certificate(der));
    if (!a!.checkIssued(b!) || !b!.checkIssued(c!) || !a!.verify(b!.publicKey) || !b!.verify(c!.publicKey))
      throw new Error('it refused a valid chain');
  });
}

/** `openssl verify` on the same leaf many times in one process; what one alone takes is its start, and taken off. */
function openssl({ leaf, intermediate, root }: Chain): Contestant {
  return {
    name: 'openssl verify (without its start)',
    operations: OPERATIONS,
    async run() {
      const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
      try {
        const [leafFile, bagFile, rootFile] = ['leaf', 'bag', 'root'].map((name) => join(directory, name));
        await writeFile(leafFile!, leaf.pem);
        await writeFile(bagFile!, intermediate.pem);
        await writeFile(rootFile!, root.pem);
        const time = String(NOW.getTime() / 1000);
        const options = [
          '-purpose',
          'sslclient',
          '-attime',
          time,
          '-CAfile',
          rootFile!,
          '-untrusted',
          bagFile!,
        ];
        const verify = async (times: number): Promise<number> => {
          const started = performance.now();
          const { exitCode } = await runProgram('openssl', [
            'verify',
            ...options,
            ...Array<string>(times).fill(leafFile!),
          ]);
          if (exitCode !== 0) throw new Error('openssl refused a valid chain');
          return (performance.now() - started) * 1000;
        };
        return (await verify(OPERATIONS + 1)) - (await verify(1));
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

function parsed(der: Uint8Array): Certificate {
  const result = parseCertificate(der);
  if (!result.parsed) throw new Error(result.fault);
  return result.certificate;
}
