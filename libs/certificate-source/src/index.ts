export { mutualTlsOptions, tlsOptions } from './mutual-tls.js';
export { requireChainArrives } from './self-test.js';
export { fromRequest, LARGEST_BAG } from './tls-socket.js';
