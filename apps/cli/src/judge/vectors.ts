/** One case of a file of test vectors: which members it has depends on what it is about. */
export interface VectorCase {
  readonly id: string;
  readonly tier?: string;
  readonly [member: string]: unknown;
}

/** A file of test vectors: cases, and what several of them refer to by name. */
export interface VectorFile {
  readonly suite: string;
  readonly cases: readonly VectorCase[];
  /** DER by collection and name (`names`, `san`, `nameConstraints`). */
  readonly shared: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a case is decided to be, in the words that it is compared in. */
export type Decision =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'reject'; readonly reason: string }
  | { readonly verdict: 'unsupported'; readonly reason: string };

export const ACCEPT: Decision = { verdict: 'accept' };
export const reject = (reason: string): Decision => ({ verdict: 'reject', reason });
export const unsupported = (reason: string): Decision => ({ verdict: 'unsupported', reason });

/** Reads the JSON of a file of vectors. Throws with a sentence that says what is missing. */
export function parseVectorFile(text: string): VectorFile {
  const content = toRecord(JSON.parse(text), 'The file');
  const { suite, testcases, ...shared } = content;
  if (typeof suite !== 'string') throw new Error('The member "suite" is missing.');
  if (!Array.isArray(testcases)) throw new Error('The member "testcases" is no list.');
  return { suite, cases: testcases.map(toCase), shared: shared as VectorFile['shared'] };
}

function toCase(value: unknown, index: number): VectorCase {
  const found = toRecord(value, `Case ${index + 1}`);
  if (typeof found['id'] !== 'string') throw new Error(`Case ${index + 1} has no "id".`);
  return found as VectorCase;
}

function toRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no JSON object.`);
  return value as Record<string, unknown>;
}

/** A member of a case does not hold what it should. */
export class UnreadableCase extends Error {}

/** The member as DER. Throws `UnreadableCase` if it is no text. */
export function derOf(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new UnreadableCase('a member that should be Base64 is no text');
  return Uint8Array.from(Buffer.from(value, 'base64'));
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The time that a case is judged at; cases without one mean the present. */
export const timeOf = (value: unknown, now: Date): Date =>
  typeof value === 'string' ? new Date(value) : now;

/** What should come out: `undefined` if the case does not say. */
export function expectedOf(found: VectorCase): 'accept' | 'reject' | undefined {
  const { client_expected, expected, expected_status, expected_result } = found;
  const said = client_expected ?? expected ?? expected_status ?? expected_result;
  return EXPECTED.get(said);
}

const EXPECTED: ReadonlyMap<unknown, 'accept' | 'reject'> = new Map<unknown, 'accept' | 'reject'>([
  ['SUCCESS', 'accept'],
  ['WARN', 'accept'],
  ['GOOD', 'accept'],
  [true, 'accept'],
  ['FAILURE', 'reject'],
  ['REVOKED', 'reject'],
  ['UNKNOWN', 'reject'],
  [false, 'reject'],
]);
