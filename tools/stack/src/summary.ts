import { relative } from 'node:path';
import type { RunningStack } from './stack.js';
import { workspaceRoot } from './workspace.js';

/** What a person wants to know about a stack that is up: what is where, and a first call to paste. */
export function summaryOf({ file, home, settings }: RunningStack): string {
  const [acme] = file.demo;
  const shown = (path: string): string => shorter(path, relative(workspaceRoot, path));
  const certificate =
    acme &&
    `--cert ${shown(acme.certificateFile)} --key ${shown(acme.privateKeyFile)} --cacert ${shown(file.caFile)}`;
  return [
    'Holdfast is up:',
    `  token service      ${file.issuer} (metadata, keys), ${file.tokenEndpoint}`,
    `  resource server    ${file.resourceServer}/orders`,
    `  another provider's ${file.secondResourceServer}/orders (for acme-freight, to read)`,
    `  gateway            ${file.gateway}/orders (the same API through it)`,
    `  administration     ${file.admin}`,
    `  admin API          ${file.adminApi}/api/v1`,
    `  state, logs        ${home.shown(home.directory)}, ${home.shown(home.logs)}`,
    `  all of it as data  ${home.shown(home.stackFile)}`,
    ...(file.setupUrl === undefined
      ? [
          '',
          'Lost the passkey? A new one-time link:',
          `  ${recoveryOf(file.admin, shown(settings.secrets.adminUrlFile))}`,
        ]
      : ['', `Sign in as the owner: ${file.setupUrl}`, '  (this link works once, within 24 hours)']),
    '',
    'Get a token as acme, and call with it:',
    `  curl ${certificate} \\`,
    `    -d grant_type=client_credentials -d client_id=${acme?.clientId} ${file.tokenEndpoint}`,
    `  npx holdfast call ${acme?.exampleUrl} --client-id ${acme?.clientId} \\`,
    `    --cert ${acme && shown(acme.certificateFile)} --key ${acme && shown(acme.privateKeyFile)}`,
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

/** Everything that the command needs is in its line. */
function recoveryOf(admin: string, databaseUrlFile: string): string {
  return `PEOPLE_URL=${admin} DATABASE_URL_FILE=${databaseUrlFile} node apps/admin/dist/main.js owner recover`;
}

function shorter(a: string, b: string): string {
  return a.length <= b.length ? a : b;
}
