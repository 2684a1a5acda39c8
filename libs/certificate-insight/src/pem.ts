import { decodeBase64 } from './octets.js';

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BEGIN = '-----BEGIN ';

/**
 * The PEM blocks of a text (RFC 7468), with whatever text stands around them. Empty if there is none at all;
 * `cut_off` if one has no END line, `damaged` if one has other characters than base64 or another END line.
 */
export function readPem(text: string): readonly PemBlock[] | 'cut_off' | 'damaged' {
  const blocks: PemBlock[] = [];
  for (const part of text.split(BEGIN).slice(1)) {
    const match = /^([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----/.exec(part);
    if (match === null) return part.includes('-----END ') ? 'damaged' : 'cut_off';
    const [, label = '', body = '', endLabel = ''] = match;
    const der = decodeBase64(body.replaceAll(/\s/g, ''));
    if (label === endLabel && der !== undefined) blocks.push({ label, der });
    else return 'damaged';
  }
  return blocks;
}
