import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { AppProcess } from '../harness/app-process.js';
import { behindProxies, beside } from '../harness/beside.js';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';

const MARKED = /^<!-- run -->\n+```sh\n([\s\S]*?)^```$/gm;

const stack = sharedStack();

describe('the guide to proxies', () => {
  needsPrograms(['bash', 'curl', 'openssl', 'basenc'])(
    'has commands that make a proxy known, and get a token as that proxy',
    async () => {
      const guide = readFileSync(join(workspaceRoot, 'docs', 'guides', 'proxies.md'), 'utf8');
      const [makeKnown = '', askForToken = ''] = [...guide.matchAll(MARKED)].map(([, commands]) => commands);
      const directory = newDirectory('guide');
      const run = (commands: string) =>
        runProgram('bash', ['-e', '-o', 'pipefail', '-c', commands], { cwd: directory });
      expect(await run(makeKnown)).toMatchObject({ exitCode: 0 });

      const one = behindProxies(await beside(stack, 'token-service'), join(directory, 'proxies.yaml'));
      const app = await AppProcess.start(one.application, directory);
      try {
        const here = askForToken
          .replaceAll('.holdfast/', `${stack.home}/`)
          .replace(':7412/', `:${one.proxyPort}/`);
        const { exitCode, stdout } = await run(here);
        expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({
          exitCode: 0,
          token_type: 'Bearer',
        });
      } finally {
        await app.stop();
      }
    },
    60_000,
  );
});
