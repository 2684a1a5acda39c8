import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * One line per test file as it ends, failures in full, every skipped test by name, and the total last.
 * With HOLDFAST_REQUIRE_ALL=1 a skipped test makes the run fail (decisions 30).
 */
export default class ProgressReporter {
  #rootDir;
  #isFiltered;
  #finished = 0;
  #skipped = [];
  #error;

  constructor(globalConfig) {
    this.#rootDir = globalConfig.rootDir;
    // Under `-t` everything that the pattern leaves out looks skipped.
    this.#isFiltered = globalConfig.testNamePattern !== undefined && globalConfig.testNamePattern !== '';
  }

  onRunStart(results) {
    const count = results.numTotalTestSuites;
    print(`running ${count} test file${count === 1 ? '' : 's'}`);
  }

  onTestResult(test, result, results) {
    this.#finished += 1;
    const file = relative(this.#rootDir, result.testFilePath);
    const isFailed = result.numFailingTests > 0 || result.testExecError !== undefined;
    const seconds = ((result.perfStats?.runtime ?? 0) / 1000).toFixed(1);
    const place = `${String(this.#finished).padStart(4)}/${results.numTotalTestSuites}`;
    print(`${place} ${isFailed ? 'FAILED' : 'ok    '} ${seconds.padStart(6)} s  ${file}${countsOf(result)}`);
    if (isFailed) this.#showFailure(result);
    if (!this.#isFiltered) this.#skipped.push(...skippedTests(result).map((name) => `${file} › ${name}`));
  }

  #showFailure({ failureMessage, console: output }) {
    for (const { type, message } of output ?? []) print(`     [${type}] ${message}`);
    print(`\n${failureMessage ?? 'the file could not run'}\n`);
  }

  onRunComplete(_contexts, results) {
    if (this.#skipped.length > 0) print(`\nskipped:\n${this.#skipped.map((name) => `  ${name}`).join('\n')}`);
    if (this.#skipped.length > 0 && process.env['HOLDFAST_REQUIRE_ALL'] === '1') {
      this.#error = new Error('a test was skipped, which HOLDFAST_REQUIRE_ALL=1 does not allow');
      print(`\n${this.#error.message}`);
    }
    if (results.wasInterrupted) print('\nthe run was interrupted: not every test ran');
    this.#total(totalLine(results));
  }

  /** `npm test` prints the total itself, after everything that Jest may still say. */
  #total(line) {
    const file = process.env['HOLDFAST_TEST_TOTALS'];
    if (file === undefined) print(`\n${line}`);
    else writeFileSync(file, `${line}\n`);
  }

  /** What makes the run fail beyond its tests; Jest asks for it after the last test. */
  getLastError() {
    return this.#error;
  }
}

/** A file that could not run counts as one failed test: a broken import must never look like a green run. */
function totalLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}

function countsOf({ numPassingTests, numFailingTests, numPendingTests, numTodoTests }) {
  const skipped = numPendingTests + numTodoTests;
  return (
    `  (${numPassingTests} passed` +
    (numFailingTests > 0 ? `, ${numFailingTests} failed` : '') +
    (skipped > 0 ? `, ${skipped} skipped` : '') +
    ')'
  );
}

function skippedTests({ testResults }) {
  return testResults
    .filter(({ status }) => status === 'pending' || status === 'todo')
    .map(({ fullName }) => fullName);
}

/** Jest's own stream for talk: it never mixes with what a program under test prints on stdout. */
function print(text) {
  process.stderr.write(`${text}\n`);
}
