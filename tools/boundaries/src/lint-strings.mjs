// Lints source texts as if they stood in files of the workspace: [{ file, code }] on stdin, [[message]] on stdout.
import { execFileSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

// The boundary rule reads Nx's project graph from its cache, and binds nothing when there is none.
execFileSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});

const eslint = new ESLint({ ruleFilter: ({ ruleId }) => ruleId === '@nx/enforce-module-boundaries' });
const results = [];
for (const { file, code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath: file });
  results.push((result?.messages ?? []).map(({ message }) => message));
}
process.stdout.write(JSON.stringify(results));
