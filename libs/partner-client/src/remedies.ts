import { explainConnectionFailure, type ConnectionFailureCode } from './connection-failure.js';
import { TlsFailure } from './errors.js';

/** Why there is no answer, with what the engineer of a partner can do about it. */
export function toTlsFailure(error: Error, server: string, trust: string): TlsFailure {
  const { code, message } = explainConnectionFailure(error, server, trust);
  return new TlsFailure(code, message, REMEDIES[code], error);
}

const REMEDIES: Readonly<Record<ConnectionFailureCode, string>> = {
  connection_refused: 'Check the port; if it is right, the server is not running.',
  host_unknown: 'Check the spelling, and the name service of this machine.',
  unreachable: 'Check the network, and the firewall between here and there.',
  timed_out: 'Check whether a firewall drops the packets; else the server is overloaded.',
  connection_closed:
    'Check the port, and whether a proxy in between ends TLS: some servers do this, too, when they do not accept the client certificate.',
  not_tls: 'Check the port: it is one without TLS, or a proxy answers.',
  tls_version_refused: 'Both sides need TLS 1.2 or later.',
  server_untrusted:
    'Give the authority of that server as `ca` (PEM). If a proxy of your company opens TLS, it has to let this address through: mutual TLS cannot pass it.',
  server_certificate_expired: 'The owner of the server has to renew it; check the clock here, too.',
  server_certificate_not_yet_valid: 'Check the clocks here and there.',
  server_name_wrong:
    'Call the server by a name that its certificate has, exactly as the operator gave it to you.',
  client_certificate_asked_for:
    'Check that certificate and key are those for this server, and append the certificates of intermediate authorities.',
  client_certificate_refused:
    'Check that it has not expired, may be used by clients (clientAuth), and comes with the certificates of intermediate authorities.',
  unknown: 'The cause of this error has the details.',
};
