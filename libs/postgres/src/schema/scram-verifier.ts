import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 4096;

/**
 * What PostgreSQL stores for a password with scram-sha-256 (RFC 5803 form). Sent instead of the password, so that the
 * password itself reaches neither the server nor its statement log. Throws unless the password is 12 to 256 printable
 * ASCII characters: others would need SASLprep (RFC 4013).
 */
export function toScramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x21-\x7e]{12,256}$/.test(password)) {
    throw new Error('a database password must be 12 to 256 printable ASCII characters without spaces');
  }
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
