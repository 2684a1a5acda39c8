export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

export const PEM_BEGIN = '-----BEGIN ';

/** The DER of the only PEM block of a text, if it bears this label and nothing else is there. */
export function readPemBlock(text: string, label: string): Uint8Array | undefined {
  const [block, ...more] = readPem(text) ?? [];
  return block?.label === label && more.length === 0 ? block.der : undefined;
}

/**
 * The PEM blocks of a text (RFC 7468), or `undefined` if any of them is damaged. Text between blocks is
 * allowed, as `openssl x509 -text` writes it.
 */
export function readPem(text: string): readonly PemBlock[] | undefined {
  const blocks: PemBlock[] = [];
  for (const part of text.split(PEM_BEGIN).slice(1)) {
    const match = /^([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END ([A-Z0-9 ]+)-----([^]*)$/.exec(part);
    if (match === null) return undefined;
    const [, label = '', body = '', endLabel = '', after = ''] = match;
    const base64 = body.replace(/\s+/g, '');
    const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && base64.length % 4 === 0;
    if (label !== endLabel || !isBase64 || after.includes('-----END ')) return undefined;
    blocks.push({ label, der: Uint8Array.from(Buffer.from(base64, 'base64')) });
  }
  return blocks;
}
