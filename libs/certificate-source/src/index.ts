export { mutualTlsOptions, tlsOptions } from './mutual-tls.js';
export { requireChainArrives } from './self-test.js';
export { LARGEST_BAG } from './tls-socket.js';
export {
  ForwardedCertificates,
  fromRequest,
  originOf,
  type Admission,
  type Admitted,
  type RequestOrigin,
} from './forwarded.js';
export { valuesOf, type HeaderLines } from './header-lines.js';
export { readProxiesFile, type ProxiesFile } from './proxies-file.js';
export type { ProxyCertificate, TrustedProxy } from './trusted-proxy.js';
export { explainRequest, inWordsOf, type ExplainedRequest } from './explain-request.js';
