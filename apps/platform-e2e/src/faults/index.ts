import type { FaultTest } from './fault-test.js';
import { R_01 } from './r-01.js';
import { R_10 } from './r-10.js';
import { R_13 } from './r-13.js';
import { R_27 } from './r-27.js';

/** The reliability tests that exist, in the order of their table. */
export const FAULT_TESTS: readonly FaultTest[] = [R_01, R_10, R_13, R_27];
