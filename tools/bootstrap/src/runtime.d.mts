export const REQUIRED_NODE: string;
export function ensureRuntime(script: string, args: readonly string[]): Promise<void>;
export function isAtLeast(version: string, minimum: string): boolean;
export function explainFailure(errorCode: string | undefined, output: string): string;
