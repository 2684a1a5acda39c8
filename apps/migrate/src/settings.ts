import { databaseName } from '@holdfast/postgres';
import { z } from 'zod';

const databaseUrl = {
  schema: z.string().refine(isDatabaseUrl, 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE'),
  meaning: 'the database, as a role that owns it (or may create it) and may create roles',
  secret: true,
} as const;

const password = (app: string) =>
  ({
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{12,256}$/, 'must be 12 to 256 printable ascii characters without spaces'),
    meaning: `the password of the ${app}'s database role`,
    secret: true,
  }) as const;

export const UP_SETTINGS = {
  DATABASE_URL: databaseUrl,
  TOKEN_SERVICE_PASSWORD: password('token service'),
  ADMIN_PASSWORD: password('admin app'),
  ROLE_PREFIX: {
    schema: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,48}$/, 'must be 1 to 49 of a-z, 0-9, _ and -')
      .optional(),
    meaning: 'begins the names of the database roles; the name of the database if absent',
  },
} as const;

export const BOOTSTRAP_SETTINGS = { DATABASE_URL: databaseUrl } as const;

function isDatabaseUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false;
  try {
    return databaseName(text) !== '';
  } catch {
    return false;
  }
}
