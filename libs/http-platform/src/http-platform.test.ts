import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import { createLogger, loggable } from './logger.js';
import { toTransportRefusal, TRANSPORT_STATUS, TransportRefusal } from './transport-refusal.js';

describe('loggable', () => {
  it('makes one line of a hostile text (AW-16)', () => {
    expect(loggable('a\r\n{"level":"fatal"}\u001b[31m\u2028b')).toBe(
      'a\ufffd\ufffd{"level":"fatal"}\ufffd[31m\ufffdb',
    );
  });
  it('cuts a long text', () => expect(loggable('x'.repeat(1_000))).toHaveLength(256));
});

describe('createLogger', () => {
  it('writes one JSON line per event, whatever the text (AW-16)', () => {
    const lines: string[] = [];
    const sink = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
    createLogger('test', sink).info({ text: 'a\nb\u001b' }, 'hello');
    expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ app: 'test', level: 'info', text: 'a\nb\u001b' });
  });
});

describe('toTransportRefusal', () => {
  it.each([
    [new TransportRefusal('path_unknown'), 'path_unknown'],
    [new HttpException('x', 415), 'media_type_unsupported'],
    [new HttpException('x', 418), 'request_malformed'],
    [
      Object.assign(new Error('too large'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' }),
      'body_too_large',
    ],
  ] as const)('knows %s', (error, reason) => {
    expect(toTransportRefusal(error)?.reason).toBe(reason);
    expect(TRANSPORT_STATUS[reason]).toBeLessThan(500);
  });

  it.each([
    new Error('bug'),
    new HttpException('x', 500),
    Object.assign(new Error('x'), { statusCode: 404 }),
    undefined,
  ])('takes anything else as a fault', (error) => expect(toTransportRefusal(error)).toBeUndefined());
});
