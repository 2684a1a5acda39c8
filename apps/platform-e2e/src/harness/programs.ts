export { needsProgram, needsPrograms } from '@holdfast/test-pki/programs';
export { runProgram, type ProgramInput, type ProgramResult } from './run-program.js';
