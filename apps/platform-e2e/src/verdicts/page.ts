import { SYSTEMS, VERDICTS, type Answer, type Call, type SystemName, type Verdict } from './call.js';
import { CALLS } from './table.js';

const NAMES = Object.keys(SYSTEMS) as SystemName[];

/** docs/protocol/same-verdicts.md, in Markdown: the table of calls as it is tested. */
export function sameVerdictsPage(made: string): string {
  const listed = CALLS.flatMap(differencesOf);
  return `# The same verdict everywhere

${made}

${CALLS.length} calls, each sent over real TLS to every way in which this project protects an API, and to one that is not ours. All trust the
same issuer, audience and scope (\`orders:read\`). A [test](../../apps/platform-e2e/src/verdicts/same-verdicts.test.ts) holds every answer to this
page: a difference that is not listed fails it, and so does one that is listed and does not occur. A refused call reaches no API behind.

## Who is asked, and how it says what

| system | ${Object.keys(VERDICTS).join(' | ')} |
| --- |${' --- |'.repeat(Object.keys(VERDICTS).length)}
${NAMES.map(
  (name) =>
    `| ${SYSTEMS[name].title} | ${Object.keys(VERDICTS)
      .map((verdict) => text(said(name, verdict as Verdict)))
      .join(' | ')} |`,
).join('\n')}

The word is \`error\` in the challenge (RFC 6750 §3.1). \`/verify\` answers every refusal with 401 or 403; the status above is that of
\`Holdfast-Status\`. nginx shows its clients 403 in place of 400, as \`auth_request\` knows no other;
Caddy shows them that status. Traefik asks as Caddy does, and is not run.

## The calls

${CALLS.length} calls; ${listed.length} answers of ${CALLS.length * NAMES.length} are not those of the first table, and are listed below.

| call | clause | verdict | differs |
| --- | --- | --- | --- |
${CALLS.map(rowOf).join('\n')}

## The differences

| call | system | says | because |
| --- | --- | --- | --- |
${listed.join('\n')}

What \`mod_oauth2\` does not look at is why it is no model here: behind it, an issuer must never sign anything but access tokens for this API with
that key, and no token without \`client_id\`.
`;
}

function said(name: SystemName, verdict: Verdict): Answer {
  return SYSTEMS[name].says(VERDICTS[verdict]);
}

function text({ status, error }: Answer): string {
  return error === undefined ? String(status) : `${status} \`${error}\``;
}

function rowOf({ what, clause, verdict, differs = {} }: Call): string {
  return `| ${cell(what)} | ${clause} | ${verdict} | ${Object.keys(differs).join(', ')} |`;
}

function differencesOf({ what, differs = {} }: Call): readonly string[] {
  return Object.entries(differs).map(
    ([name, difference]) => `| ${cell(what)} | ${name} | ${text(difference)} | ${cell(difference.because)} |`,
  );
}

function cell(words: string): string {
  return words.replaceAll('|', '\\|');
}
