import type { DecodedCertificate } from '@holdfast/certificate-insight';
import { Value } from '../parts/copy.js';
import { When } from '../parts/when.js';

/** Its alternative names, as a part of a list of facts. */
export function OtherNames({ san }: Pick<DecodedCertificate, 'san'>) {
  const names = Object.entries(san).flatMap(([kind, values]: [string, readonly string[]]) =>
    values.map((value) => `${kind}: ${value}`),
  );
  return (
    <>
      <dt>Other names</dt>
      <dd>
        {names.length === 0
          ? 'none'
          : names.map((name) => (
              <div key={name} className="value">
                {name}
              </div>
            ))}
      </dd>
    </>
  );
}

/** What a certificate says. */
export function CertificateFacts({ certificate }: { certificate: DecodedCertificate }) {
  const { subject, issuer, san, notBefore, notAfter, key, signature, thumbprint, serial } = certificate;
  return (
    <dl className="facts">
      <dt>Subject</dt>
      <dd>{subject.text === '' ? 'none' : <Value what="subject">{subject.text}</Value>}</dd>
      <OtherNames san={san} />
      <dt>Issuer</dt>
      <dd className="value">{issuer.text}</dd>
      <dt>Valid from</dt>
      <dd>
        <When at={notBefore.toISOString()} />
      </dd>
      <dt>Valid until</dt>
      <dd>
        <When at={notAfter.toISOString()} />
      </dd>
      <dt>Key</dt>
      <dd>
        {key.name}, signed with {signature.name}
      </dd>
      <dt>Use</dt>
      <dd>{certificate.extendedKeyUsage?.join(', ') ?? 'not limited'}</dd>
      <dt>Serial</dt>
      <dd className="value">{serial}</dd>
      <dt>x5t#S256</dt>
      <dd>
        <Value what="x5t#S256">{thumbprint.x5tS256}</Value>
      </dd>
      <dt>SHA-256, hex</dt>
      <dd>
        <Value what="SHA-256 in hexadecimal">{thumbprint.sha256Hex}</Value>
      </dd>
    </dl>
  );
}
