export { explainPresented, type ConnectionFacts, type Explanation } from './explain.js';
export { renderExplanation } from './render.js';
export { showCertificate, type ShownCertificate } from './show-certificate.js';
