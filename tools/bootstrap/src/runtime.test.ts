import { describe, expect, it } from '@jest/globals';
import { explainFailure, isAtLeast, REQUIRED_NODE } from './runtime.mjs';

describe('isAtLeast', () => {
  it.each(['24.18.1', '24.18.2', '24.19.0', '26.0.0'])('accepts %s', (version) => {
    expect(isAtLeast(version, REQUIRED_NODE)).toBe(true);
  });

  it.each(['24.18.0', '24.9.9', '22.23.3', '20.20.2'])('refuses %s', (version) => {
    expect(isAtLeast(version, REQUIRED_NODE)).toBe(false);
  });
});

describe('explainFailure', () => {
  it('names the package that brings libatomic', () => {
    const output =
      'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file';
    expect(explainFailure(undefined, output)).toContain('apt-get install libatomic1');
  });

  it('names the C library when the program loader is missing', () => {
    expect(explainFailure('ENOENT', 'spawn node ENOENT')).toContain('GNU C library');
  });

  it('quotes anything else and says what to install', () => {
    expect(explainFailure(undefined, 'Illegal instruction\nmore')).toBe(
      `The Node of tools/runtime does not run here (Illegal instruction). ` +
        `Install Node ${REQUIRED_NODE} or newer yourself and run the command again.`,
    );
  });
});
