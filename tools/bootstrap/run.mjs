#!/usr/bin/env node
// `node tools/bootstrap/run.mjs <task> [arguments]`: what every npm script of this workspace calls.
import { refuseOldNode } from './src/minimum-node.mjs';

refuseOldNode();
import('./src/tasks.mjs').then(({ runTask }) => runTask(process.argv.slice(2)));
