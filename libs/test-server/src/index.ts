export { findFreePort, isListening } from './ports.js';
export { startServer, stopServer, type ServerProgram } from './server-program.js';
