export { confirmedThumbprint, toConfirmation, type CertificateConfirmation } from './confirmation.js';
export { isSameThumbprint, parseThumbprint, thumbprintOf, type CertificateThumbprint } from './thumbprint.js';
export type { PresentedCertificate } from './presented-certificate.js';
