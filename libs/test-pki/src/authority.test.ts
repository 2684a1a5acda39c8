import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { authorityFrom, corruptSignature, createAuthority, createSelfSigned } from './index.js';

const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };

describe('createAuthority', () => {
  it('makes a root that signs intermediates and leaves', async () => {
    const root = await createAuthority({ subject: 'CN=Root,O=Acme', ...VALIDITY });
    const intermediate = await root.issueAuthority({ subject: 'CN=Int,O=Acme', pathLength: 0, ...VALIDITY });
    const leaf = await intermediate.issue({
      subject: 'CN=partner-1,O=Acme',
      san: { dns: ['a.example'], ip: ['192.0.2.1'], uri: ['spiffe://a/b'], email: ['a@b.example'] },
      extendedKeyUsage: ['clientAuth'],
      ...VALIDITY,
    });
    const [rootX, intermediateX, leafX] = [root, intermediate, leaf].map((c) => new X509Certificate(c.der));
    expect(leafX!.verify(intermediateX!.publicKey)).toBe(true);
    expect(intermediateX!.verify(rootX!.publicKey)).toBe(true);
    expect(intermediateX!.ca).toBe(true);
    expect(leafX!.ca).toBe(false);
    expect(leafX!.subjectAltName).toContain('DNS:a.example');
    expect(leafX!.checkPrivateKey(createPrivateKey(leaf.privateKeyPem))).toBe(true);
  });

  it('encodes RFC 4514 text in reverse order (RFC 4514 §2.1)', async () => {
    const root = await createAuthority({ subject: 'CN=Root,O=Acme', ...VALIDITY });
    expect(new X509Certificate(root.der).subject).toBe('O=Acme\nCN=Root');
  });

  it.each(['P-384', 'RSA-2048', 'Ed25519'] as const)('signs with %s', async (keyAlgorithm) => {
    const root = await createAuthority({ subject: 'CN=Root', keyAlgorithm, ...VALIDITY });
    const certificate = new X509Certificate(root.der);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });
});

describe('deliberately broken certificates', () => {
  it('lets a leaf act as an issuer', async () => {
    const leaf = await createSelfSigned({ subject: 'CN=leaf', ...VALIDITY });
    const child = await authorityFrom(leaf).issue({ subject: 'CN=child', ...VALIDITY });
    expect(new X509Certificate(child.der).verify(new X509Certificate(leaf.der).publicKey)).toBe(true);
  });

  it('corrupts a signature and signs a changed TBSCertificate', async () => {
    const leaf = await createSelfSigned({
      subject: 'CN=leaf',
      ...VALIDITY,
      tamper: (tbs) =>
        Uint8Array.from(Buffer.from(tbs).toString('latin1').replaceAll('leaf', 'LEAF'), (c) =>
          c.charCodeAt(0),
        ),
    });
    const certificate = new X509Certificate(leaf.der);
    expect(certificate.subject).toBe('CN=LEAF');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(new X509Certificate(corruptSignature(leaf.der)).verify(certificate.publicKey)).toBe(false);
  });
});
