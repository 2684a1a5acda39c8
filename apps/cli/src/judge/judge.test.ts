import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority, type IssuedCertificate } from '@holdfast/test-pki';
import { judgeCase, type JudgedCase } from './judge.js';
import { parseVectorFile, type VectorCase } from './vectors.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-12-31T00:00:00Z') };
const base64 = ({ der }: IssuedCertificate): string => Buffer.from(der).toString('base64');

let root: Authority;
let leaf: IssuedCertificate;
beforeAll(async () => {
  root = await createAuthority({ subject: 'CN=Root', ...YEAR });
  leaf = await root.issue({
    subject: 'CN=a',
    san: { dns: ['a.example'] },
    extendedKeyUsage: ['clientAuth'],
    ...YEAR,
  });
});

const valid = (): VectorCase => ({
  id: 'own::valid',
  tier: 'must',
  layer: 'path+name',
  leaf: base64(leaf),
  intermediates: [],
  roots: [base64(root)],
  crls: [],
  time: null,
  purpose: 'clientAuth',
  names: [{ kind: 'DNS', value: 'a.example' }],
  max_depth: null,
  expected: 'SUCCESS',
});

function judge(change: Record<string, unknown> = {}): JudgedCase {
  const text = JSON.stringify({ suite: 'own', testcases: [{ ...valid(), ...change }] });
  const file = parseVectorFile(text);
  return judgeCase(file.cases[0]!, file, NOON, () => 0);
}

describe('judgeCase', () => {
  it('accepts the valid world', () => {
    expect(judge()).toEqual({
      suite: 'own',
      id: 'own::valid',
      tier: 'must',
      expected: 'accept',
      verdict: 'accept',
      reason: null,
      ms: 0,
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a time after its end', { time: '2027-06-01T00:00:00Z' }, 'validity.expired'],
    ['a name that the leaf does not carry', { names: [{ kind: 'DNS', value: 'b.example' }] }, 'id.san_dns'],
    ['another purpose', { purpose: 'serverAuth' }, 'leaf.eku'],
    ['roots that are others', { roots: [] }, 'path.no_anchor'],
    ['a required CRL that is missing', { require_crl: true }, 'rev.unknown_no_source'],
    ['a leaf that is pinned by nobody', { options: { trust: 'leaf' } }, 'id.not_pinned'],
    ['a leaf that cannot be read', { leaf: 'MAA=' }, 'der.truncated'],
  ])('rejects %s', (_name, change, reason) => {
    expect(judge(change)).toMatchObject({ verdict: 'reject', reason });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a purpose that is not known', { key_purpose: 'MLS_CLIENT_AUTH' }],
    ['a kind of name that is not known', { names: [{ kind: 'SRV', value: 'x' }] }],
    ['a leaf that is no text', { leaf: 7 }],
    ['a case of another shape', { leaf: undefined, question: 42 }],
  ])('does not decide %s', (_name, change) => {
    expect(judge(change)).toMatchObject({ verdict: 'unsupported' });
  });
});

describe('parseVectorFile', () => {
  it.each([
    ['[]', 'The file is no JSON object.'],
    ['{}', 'The member "suite" is missing.'],
    ['{"suite":"x"}', 'The member "testcases" is no list.'],
    ['{"suite":"x","testcases":[{}]}', 'Case 1 has no "id".'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(() => parseVectorFile(text)).toThrow(problem);
  });
});
