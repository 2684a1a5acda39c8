import { join } from 'node:path';
import { runHoldfast } from './program.js';

// A reader that has seen enough (`holdfast audit list | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runHoldfast(process.argv.slice(2), {
  env: process.env,
  directory: process.cwd(),
  root: process.env['HOLDFAST_ROOT'] || join(import.meta.dirname, '..', '..', '..'),
  now: new Date(),
  stdout: (data) => void process.stdout.write(data),
  stderr: (text) => void process.stderr.write(text),
});
