export { toConnectionOptions, type ConnectionOptions } from './connection.js';
