import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.js';

const BOOTSTRAP = [
  'bootstrap',
  '--operator-certificate',
  'operator.pem',
  '--admin-audience',
  'https://localhost:7401',
];

describe('parseArguments', () => {
  it.each<[string[], object]>([
    [[], { name: 'up' }],
    [['up'], { name: 'up' }],
    [['--help'], { name: 'help' }],
    [['bootstrap', '-h'], { name: 'help' }],
    [
      BOOTSTRAP,
      { name: 'bootstrap', operatorCertificate: 'operator.pem', adminAudience: 'https://localhost:7401' },
    ],
  ])('reads %j', (args, command) => expect(parseArguments(args)).toEqual(command));

  it.each<[string[], RegExp]>([
    [['down'], /unknown command: down/],
    [['up', 'now'], /unexpected argument: now/],
    [['--force'], /--force/],
    [['up', '--admin-audience', 'https://a'], /belong to bootstrap/],
    [BOOTSTRAP.slice(0, 3), /--admin-audience/],
    [['bootstrap', ...BOOTSTRAP.slice(3)], /--operator-certificate/],
    [[...BOOTSTRAP.slice(0, 4), 'localhost'], /absolute URI/],
    [[...BOOTSTRAP.slice(0, 4)], /admin-audience/],
  ])('refuses %j and says why', (args, message) => expect(() => parseArguments(args)).toThrow(message));
});
