import { InitialSchema1767225600000 } from './1767225600000-initial-schema.js';

/** All migrations, oldest first. A new one is added at the end; one that was released never changes. */
export const MIGRATIONS = [InitialSchema1767225600000] as const;
