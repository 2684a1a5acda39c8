import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import type { StackUnderTest } from '../harness/stack-under-test.js';

export const GATEWAY_GUIDE = 'docs/guides/gateway.md';

/** The ten lines of the guide to the gateway, with the places of this run: the issuer is that of the stack. */
export function tenLines(stack: StackUnderTest, apiPort: number): string {
  const guide = readFileSync(join(workspaceRoot, GATEWAY_GUIDE), 'utf8');
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(guide)!;
  const places = {
    'https://auth.example.com/jwks': `${stack.file.issuer}/jwks`,
    'https://auth.example.com': stack.file.issuer,
    'https://api.example.com': stack.orders,
    'http://127.0.0.1:8080': `http://127.0.0.1:${apiPort}`,
  };
  const here = Object.entries(places).reduce((text, [place, to]) => text.replaceAll(place, to), yaml);
  return `${here}issuerTls: { caFile: '${stack.file.caFile}' }\n`;
}
