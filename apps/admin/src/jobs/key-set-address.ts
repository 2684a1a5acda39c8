import { OUTBOUND_REFUSALS, parseOutboundUrl, type OutboundRule } from '@holdfast/outbound-fetch';
import type { JudgeAddress } from '../http/new-credentials.js';

/** RFC 8725 §3.10, RFC 7517 §9.1: whose keys they are is what TLS proves. */
export const keySetRule = (listedHosts: ReadonlySet<string>): OutboundRule => ({
  schemes: ['https'],
  ports: [443],
  listedHosts,
});

/** Judges addresses that somebody wants to register, by the rule of the fetch itself. Does NOT resolve the host. */
export function keySetAddresses(listedHosts: ReadonlySet<string>): JudgeAddress {
  const rule = keySetRule(listedHosts);
  return (url) => {
    const judged = parseOutboundUrl(url, rule);
    if ('accepted' in judged) return undefined;
    return { code: judged.refusal, detail: `${OUTBOUND_REFUSALS[judged.refusal]}; ${HOW_TO_MEND}` };
  };
}

const HOW_TO_MEND =
  'it must be like https://keys.partner.example/jwks.json, with a public host and port 443, unless the operator lists the host in EGRESS_ALLOWED_HOSTS';
