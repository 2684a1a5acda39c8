import type { Explanation } from './explain.js';

/** An explanation as plain text, for a terminal. */
export function renderExplanation(explanation: Explanation): string {
  const { presented, usable, fault, chain, hints, tls, via, request_id: requestId } = explanation;
  const lines = [
    presented ? `Your certificate arrived over ${via}.` : `No certificate arrived over ${via}.`,
    `TLS ${tls.version ?? '-'}, ${tls.cipher ?? '-'}, server name ${tls.server_name ?? '-'}`,
    ...chain.flatMap((certificate, at) => [
      '',
      at === 0 ? 'certificate' : `sent along, ${at}`,
      ...(certificate === null
        ? ['  cannot be read']
        : Object.entries(certificate).map(([name, value]) => `  ${name.padEnd(20)}${toText(value)}`)),
    ]),
    '',
    ...(presented ? [usable ? 'It is sound by itself.' : `It cannot be used: ${fault?.meaning ?? ''}`] : []),
    ...hints.map((hint) => `- ${hint}`),
    `request id ${requestId}`,
  ];
  return `${lines.join('\n')}\n`;
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return value === null ? '-' : String(value);
}
