#!/usr/bin/env node
// The entry of the command line tool `holdfast`. Committed, so that `npx holdfast` works before any install.
import { fileURLToPath } from 'node:url';
import { refuseOldNode } from '../tools/bootstrap/src/minimum-node.mjs';

refuseOldNode();
import('../tools/bootstrap/src/tasks.mjs').then(({ runCommandLineTool }) =>
  runCommandLineTool(fileURLToPath(import.meta.url), process.argv.slice(2)),
);
