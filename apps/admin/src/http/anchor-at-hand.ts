import {
  parseAnchor,
  parseStoredList,
  parseStoredResponse,
  type Page,
  type ParsedAnchor,
  type RegistryAdministration,
} from '@holdfast/client-registry';
import type { OcspResponse } from '@holdfast/certificate-validation';
import { thumbprintOf } from '@holdfast/token-binding';
import { WriteRefused } from './refused-input.js';

/** As `findParsedAnchor`; throws `WriteRefused` where there is none. */
export async function requireParsedAnchor(
  ...asked: Parameters<typeof findParsedAnchor>
): Promise<ParsedAnchor> {
  const anchor = await findParsedAnchor(...asked);
  if (anchor === undefined) throw new WriteRefused({ refused: 'not_found', what: `anchor ${asked[1]}` });
  return anchor;
}

/**
 * An anchor of the registry with everything at hand to judge revocation of `presented` (DER) under it, as the token
 * service has it. Undefined where there is none, or none that can be understood: that vouches for nobody.
 */
export async function findParsedAnchor(
  registry: RegistryAdministration,
  id: string,
  presented: readonly Uint8Array[],
): Promise<ParsedAnchor | undefined> {
  const entry = await registry.findAnchor(id);
  const atHand =
    entry === undefined || entry.revocation === 'off'
      ? { lists: [], responsesAbout: () => [] }
      : await revocationAtHand(registry, id, [...presented, ...entry.intermediates]);
  return entry && parseAnchor(entry, atHand);
}

async function revocationAtHand(
  registry: RegistryAdministration,
  anchorId: string,
  certificates: readonly Uint8Array[],
): Promise<Parameters<typeof parseAnchor>[1]> {
  const lists = await everyOne((page) => registry.listRevocationLists(page, { anchorId }));
  const responses = new Map<string, readonly OcspResponse[]>();
  for (const certificate of new Set(certificates.map(thumbprintOf))) {
    const filter = { anchorId, certificate };
    const entries = await everyOne((page) => registry.listOcspResponses(page, filter));
    responses.set(
      certificate,
      entries.map(parseStoredResponse).filter((one) => one !== undefined),
    );
  }
  return {
    lists: lists.map(parseStoredList).filter((list) => list !== undefined),
    responsesAbout: (thumbprint) => responses.get(thumbprint) ?? [],
  };
}

const PAGE = 200;

/** Not only the first page: what says "revoked" may stand on the last. */
async function everyOne<T extends { readonly id: string }>(
  list: (page: Page) => Promise<readonly T[]>,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | undefined; ; after = all.at(-1)!.id) {
    const page = await list({ limit: PAGE, after });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
