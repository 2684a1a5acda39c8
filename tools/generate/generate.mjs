// Writes the pages that are made from code. `--check` writes nothing and fails if one is not fresh.
// Needs a built workspace: `npm run build`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from '../../libs/admin-contract/dist/index.js';
import { REASONS } from '../../libs/oauth-protocol/dist/index.js';
import { OAUTH_CODE } from '../../libs/token-issuance/dist/index.js';
import { BEARER_ERROR } from '../../libs/resource-guard/dist/index.js';
import { TRANSPORT_STATUS } from '../../libs/http-platform/dist/index.js';
import { LINTS } from '../../libs/certificate-insight/dist/index.js';
import { CERTIFICATE_FAULTS } from '../../libs/certificate-validation/dist/index.js';
import { sameVerdictsPage } from '../../apps/platform-e2e/dist/verdicts/page.js';
import { SETTINGS as TOKEN_SERVICE } from '../../apps/token-service/dist/config.js';
import { SETTINGS as RESOURCE_SERVER } from '../../apps/resource-server/dist/config.js';
import { BOOTSTRAP_SETTINGS, UP_SETTINGS } from '../../apps/migrate/dist/settings.js';
import { SETTINGS as ADMIN } from '../../apps/admin/dist/config.js';
import { SETTINGS as GATEWAY } from '../../apps/gateway/dist/config.js';

const MADE = '<!-- Made by tools/generate from code; do not edit. -->';

const HIDDEN = 'The caller reads one bland text; the reason is behind the request id.';

const FILES = {
  'docs/protocol/error-codes.md': errorCodes(),
  'docs/protocol/same-verdicts.md': sameVerdictsPage(MADE),
  'docs/configuration.md': configuration(),
  'apps/admin-ui/src/api/schema.d.ts': await apiTypes(),
};

let stale = 0;
for (const [file, text] of Object.entries(FILES)) {
  const page = await format(text, { ...(await resolveConfig(file)), filepath: file });
  const fresh = existsSync(file) && readFileSync(file, 'utf8') === page;
  if (fresh) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${file} is not fresh: run npm run generate\n`);
    stale += 1;
  } else {
    writeFileSync(file, page);
    process.stdout.write(`${file} written\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;

/** Types of the admin API for its screens. */
async function apiTypes() {
  const types = astToString(await openapiTS(openApiDocument()));
  return `// Made by tools/generate from the admin API's OpenAPI document; do not edit.\n${types}`;
}

function errorCodes() {
  const paragraphs = Object.entries(REASONS).map(([reason, { told, meaning, remedy }]) => {
    const lines = [
      `## ${reason}`,
      `${meaning[0].toUpperCase()}${meaning.slice(1)}.`,
      `**What to do:** ${remedy}`,
    ];
    return [
      ...lines,
      `*Answers:* ${answersFor(reason).join('; ')}. ${told ? 'The caller reads this reason.' : HIDDEN}`,
    ].join('\n\n');
  });
  const faults = Object.entries(CERTIFICATE_FAULTS).map(
    ([fault, meaning]) => `| \`${fault}\` | ${meaning.replaceAll('|', '\\|')} |`,
  );
  const lints = Object.entries(LINTS).map(
    ([code, { level, title }]) => `| \`${code}\` | ${level} | ${title} |`,
  );
  return `# Reasons

${MADE}

Every "no" of Holdfast has one of these reasons: in the answer (where the caller may read it), in the log, in the
audit trail and in metrics. The token service serves the same texts under \`/errors/<reason>\`, where \`error_uri\`
leads. Where the caller may not read the reason, \`holdfast audit show <request-id>\` gives it to the operator.

${paragraphs.join('\n\n')}

# Faults of certificates

The inner detail behind a reason about a certificate, in the audit trail as \`fault\`.

| fault | meaning |
| --- | --- |
${faults.join('\n')}

# Findings before registration

What the screens, \`holdfast cert lint\` and \`POST /api/v1/certificates:validate\` find in a certificate, bundle, JWK Set or request,
each with a sentence and what to do. \`block\`: nothing was read, nothing may be sent. \`error\`: it will be refused, or no call will
succeed. \`warning\`: it can work, but look twice.

| finding | level | what was looked at |
| --- | --- | --- |
${lints.join('\n')}
`;
}

function answersFor(reason) {
  return [
    reason in OAUTH_CODE && `token endpoint \`${OAUTH_CODE[reason]}\``,
    reason in BEARER_ERROR &&
      `API \`${BEARER_ERROR[reason] === 'none' ? '401 with a bare challenge' : BEARER_ERROR[reason]}\``,
    reason in TRANSPORT_STATUS && `status ${TRANSPORT_STATUS[reason]}`,
    ['registry_stale', 'audit_unavailable', 'keys_unavailable', 'overloaded'].includes(reason) &&
      'status 503 with `Retry-After`',
    reason === 'internal_error' && 'status 500',
    reason.startsWith('upstream_') && `gateway: status ${reason === 'upstream_timeout' ? 504 : 502}`,
  ].filter(Boolean);
}

function configuration() {
  const apps = {
    'token-service': TOKEN_SERVICE,
    'resource-server': RESOURCE_SERVER,
    gateway: GATEWAY,
    admin: ADMIN,
    migrate: { ...BOOTSTRAP_SETTINGS, ...UP_SETTINGS },
  };
  const tables = Object.entries(apps).map(([app, settings]) => {
    const rows = Object.entries(settings).map(
      ([name, { schema, meaning, secret }]) =>
        `| \`${name}\`${secret ? ' (or `_FILE`)' : ''} | ${meaning.replaceAll('|', '\\|')} | ${defaultOf(schema)} |`,
    );
    return `## ${app}\n\n| variable | meaning | default |\n| --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `# Configuration

${MADE}

Variables of the environment, read once at start. All problems are reported together, by name, and the app ends with
code 78; values are never printed. A secret may be given as \`NAME_FILE\`, the path of a file that holds it; no secret
has a default. \`LOG_LEVEL\` (default \`info\`) holds for every app.

${tables.join('\n\n')}
`;
}

function defaultOf(schema) {
  const required = schema.safeParse(undefined);
  if (!required.success) return '**required**';
  return required.data === undefined ? 'not set' : `\`${required.data}\``;
}
