import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.js';

const BOOTSTRAP = [
  'bootstrap',
  '--operator-certificate',
  'operator.pem',
  '--admin-audience',
  'https://localhost:7401',
];

const ISSUER = ['--issuer', 'https://localhost:7410'];

describe('parseArguments', () => {
  it.each<[string[], object]>([
    [[], { name: 'up' }],
    [['up'], { name: 'up' }],
    [['--help'], { name: 'help' }],
    [['bootstrap', '-h'], { name: 'help' }],
    [
      BOOTSTRAP,
      {
        name: 'bootstrap',
        operatorCertificate: 'operator.pem',
        adminAudience: 'https://localhost:7401',
        feedReaders: [],
      },
    ],
    [
      [...BOOTSTRAP, ...ISSUER, '--feed-reader', 'orders-api=orders=1.pem', '--feed-reader', 'gateway=g.pem'],
      expect.objectContaining({
        issuer: 'https://localhost:7410',
        feedReaders: [
          { clientId: 'orders-api', certificateFile: 'orders=1.pem' },
          { clientId: 'gateway', certificateFile: 'g.pem' },
        ],
      }) as object,
    ],
  ])('reads %j', (args, command) => expect(parseArguments(args)).toEqual(command));

  it.each<[string[], RegExp]>([
    [['down'], /unknown command: down/],
    [['up', 'now'], /unexpected argument: now/],
    [['--force'], /--force/],
    [['up', '--admin-audience', 'https://a'], /belongs to bootstrap/],
    [BOOTSTRAP.slice(0, 3), /--admin-audience/],
    [['bootstrap', ...BOOTSTRAP.slice(3)], /--operator-certificate/],
    [[...BOOTSTRAP.slice(0, 4), 'localhost'], /absolute URI/],
    [[...BOOTSTRAP.slice(0, 4)], /admin-audience/],
    [['up', '--feed-reader', 'orders-api=orders.pem'], /belongs to bootstrap/],
    [[...BOOTSTRAP, '--feed-reader', 'orders-api=orders.pem'], /needs --issuer/],
    [[...BOOTSTRAP, ...ISSUER, '--feed-reader', 'orders-api'], /is not CLIENT=FILE/],
    [[...BOOTSTRAP, ...ISSUER, '--feed-reader', 'Orders=orders.pem'], /is not CLIENT=FILE/],
    [[...BOOTSTRAP, ...ISSUER, '--feed-reader', 'holdfast-operator=a.pem'], /cannot be the operator/],
  ])('refuses %j and says why', (args, message) => expect(() => parseArguments(args)).toThrow(message));
});
