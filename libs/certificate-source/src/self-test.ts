import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { BasicConstraintsExtension, X509CertificateGenerator, type X509Certificate } from '@peculiar/x509';
import { mutualTlsOptions } from './mutual-tls.js';
import { ofSocket } from './tls-socket.js';

/**
 * One handshake on loopback with a leaf and its intermediate, both made for this moment. Throws unless both arrive:
 * some versions of Node drop the client's chain, and then every partner with an intermediate would be refused.
 */
export async function requireChainArrives(): Promise<void> {
  const issuer = await makeCertificate('CN=self-test issuer');
  const leaf = await makeCertificate('CN=self-test', issuer);
  const bag = await bagSeenByServer(leaf, issuer);
  if (bag !== 1) {
    throw new Error(
      `this version of Node (${process.version}) does not pass on the certificates that a TLS client sends with its own; use another one`,
    );
  }
}

interface Made {
  readonly name: string;
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly keyPem: string;
}

async function makeCertificate(name: string, issuer?: Made): Promise<Made> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: '01',
      notBefore: new Date('2000-01-01'),
      notAfter: new Date('2100-01-01'),
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(issuer === undefined)],
      subject: name,
      issuer: issuer?.name ?? name,
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
    },
    webcrypto as never,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    name,
    certificate,
    keys,
    keyPem: `-----BEGIN ${'PRIVATE KEY'}-----\n${pkcs8}\n-----END ${'PRIVATE KEY'}-----\n`,
  };
}

function bagSeenByServer(leaf: Made, issuer: Made): Promise<number> {
  const pem = `${leaf.certificate.toString('pem')}\n${issuer.certificate.toString('pem')}\n`;
  return new Promise((resolve, reject) => {
    const server = createServer({
      ...mutualTlsOptions(),
      key: leaf.keyPem,
      cert: leaf.certificate.toString('pem'),
    });
    const finish = (settle: () => void): void => {
      server.close();
      settle();
    };
    server.once('secureConnection', (socket: TLSSocket) => {
      const presented = ofSocket(socket);
      socket.destroy();
      finish(() => resolve(presented?.bag.length ?? 0));
    });
    server.once('tlsClientError', (error) => finish(() => reject(error)));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const trust = { rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };
      connect({ port, host: '127.0.0.1', key: leaf.keyPem, cert: pem, ...trust }).once(
        'error',
        () => undefined,
      );
    });
  });
}
