import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One configuration variable: how it is checked, what it means, and whether its value may ever be printed. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** One sentence for docs/configuration.md and error messages. */
  readonly meaning: string;
  /** Never printed; may be given as NAME_FILE, the path of a file that holds it. */
  readonly secret?: boolean;
}

export type Settings = { readonly [name: string]: Setting };
export type Config<S extends Settings> = { readonly [N in keyof S]: z.output<S[N]['schema']> };

/** The configuration is not usable; the message lists every problem and prints no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from the environment, all problems at once. A secret `NAME` may also come as `NAME_FILE`.
 * Empty means absent. Variables that are not settings are ignored: the environment is shared.
 */
export function readConfig<S extends Settings>(settings: S, env: NodeJS.ProcessEnv): Config<S> {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const raw = readRaw(name, setting, env, problems);
    if (raw === FAILED) continue;
    const parsed = setting.schema.safeParse(raw);
    if (parsed.success) config[name] = parsed.data;
    else problems.push(`${name}: ${explain(raw, parsed.error, setting)}`);
  }
  if (problems.length > 0) throw unusable(...problems);
  return config as Config<S>;
}

/** The error for these problems; each begins with the name of its variable. */
export function unusable(...problems: readonly string[]): ConfigError {
  return new ConfigError(`the configuration cannot be used:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
}

const FAILED = Symbol('failed');

function readRaw(name: string, setting: Setting, env: NodeJS.ProcessEnv, problems: string[]): unknown {
  const direct = env[name] === '' ? undefined : env[name];
  const file = setting.secret === true ? env[`${name}_FILE`] : undefined;
  if (file === undefined || file === '') return direct;
  if (direct !== undefined) {
    problems.push(`${name}: set either ${name} or ${name}_FILE, not both`);
    return FAILED;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(
      `${name}_FILE: cannot read the file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
    return FAILED;
  }
}

function explain(raw: unknown, error: z.ZodError, setting: Setting): string {
  const what =
    raw === undefined ? 'is missing' : error.issues.map((issue) => issue.message.toLowerCase()).join('; ');
  const how =
    setting.secret === true && raw === undefined ? ' (or give a file by the same name with _FILE)' : '';
  return `${what}${how}. It is: ${setting.meaning}`;
}

/** Building blocks of schemas that several apps use. */
export const values = {
  port: z.coerce.number().int().min(1).max(65_535),
  file: z.string().min(1),
  httpsUrl: z
    .url({ protocol: /^https$/ })
    .refine((url) => !url.endsWith('/'), 'must not end with a slash')
    // RFC 8414 §2: an issuer has neither; nor has any other address of ours.
    .refine((url) => !/[?#@]/.test(url), 'must not have a query, a fragment or credentials'),
  seconds: (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum),
  mode: z.enum(['production', 'development']).default('production'),
} as const;
