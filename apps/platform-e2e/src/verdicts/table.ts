import { ACCEPTED_CALLS } from './accepted-calls.js';
import type { Call } from './call.js';
import { REFUSED_CALLS } from './refused-calls.js';

/** Every call of the table (docs/protocol/same-verdicts.md is made from it). */
export const CALLS: readonly Call[] = [...ACCEPTED_CALLS, ...REFUSED_CALLS];
