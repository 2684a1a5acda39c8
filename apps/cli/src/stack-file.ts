import { z } from 'zod';
import { Failure } from './failure.js';
import { readInputFile } from './input-file.js';

/** The part of `stack.json` (docs/contract.md) that the command line tool uses. File paths start from the checkout. */
const StackFile = z.object({
  adminApi: z.string().optional(),
  tokenEndpoint: z.string().optional(),
  caFile: z.string().optional(),
  operator: z
    .object({ certificateFile: z.string(), privateKeyFile: z.string(), clientId: z.string() })
    .optional(),
  demo: z
    .array(z.object({ clientId: z.string(), certificateFile: z.string(), privateKeyFile: z.string() }))
    .optional(),
});
export type StackFile = z.infer<typeof StackFile>;

/** What the file says. Throws a Failure when it is no `stack.json`. */
export function readStackFile(path: string): StackFile {
  const parsed = StackFile.safeParse(parseJson(readInputFile(path, 'stack.json').toString('utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`;
  throw new Failure('error', `${path} is damaged${where}.`, ['It is written anew by: npm start']);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
