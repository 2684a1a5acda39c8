import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  KeyRotation,
  SIGNING_KEY_PURPOSES,
  SigningKey,
  type KeyRotationOrder,
} from '@holdfast/admin-contract';
import { MAY_BEGIN_WITH_DASH, withExamples } from './arguments.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<SigningKey>[] = [
  ['KID', ({ kid }) => kid],
  ['PURPOSE', ({ purpose }) => purpose],
  ['STATE', ({ state }) => state],
  ['SIGNS FROM', ({ activates_at }) => activates_at],
  ['WITHDRAWN AT', ({ withdrawn_at }) => withdrawn_at],
];

interface RotateOptions {
  readonly purpose: KeyRotationOrder['purpose'];
  readonly in?: number;
}

/** `holdfast key list | rotate | withdraw`. */
export function addKeyCommands(program: Command, session: Session): void {
  const key = program.command('key').description('the keys that the token service signs with');
  const list = key
    .command('list')
    .description('all keys and what each is: next, active, retiring, retired or withdrawn')
    .action(() =>
      session.administer(async (api, out) =>
        out.list(await api.list(['signing-keys'], SigningKey), COLUMNS, 'keys'),
      ),
    );
  withExamples(list, 'key list', 'key list -o json');
  addRotate(key, session);
  const withdraw = key
    .command('withdraw')
    .description('nothing that the key has signed counts any more, for good; a new one signs at once')
    .argument('<kid>', `the key, as "key list" shows it; ${MAY_BEGIN_WITH_DASH}`)
    .action((kid: string) =>
      session.administer(async (api, out) => {
        out.item(await api.post(['signing-keys', kid, 'withdraw'], SigningKey));
        out.say(`Withdrew key ${kid}.`);
      }),
    );
  withExamples(withdraw, 'key withdraw KID', 'key withdraw -- -KID');
}

function addRotate(key: Command, session: Session): void {
  const rotate = key
    .command('rotate')
    .description(
      'have a new key made: published now, signing later, while the old one is kept for its tokens',
    )
    .addOption(
      new Option('--purpose <purpose>', 'what it signs')
        .choices(SIGNING_KEY_PURPOSES)
        .default('access_token'),
    )
    .option(
      '--in <seconds>',
      'when it begins to sign, by the clock of this machine; 900 seconds from now if absent',
      parseSeconds,
    )
    .action(({ purpose, in: seconds }: RotateOptions) =>
      session.administer(async (api, out) => {
        const at = seconds === undefined ? undefined : session.world.now.getTime() + seconds * 1_000;
        const body: KeyRotationOrder = {
          purpose,
          ...(at !== undefined && { activates_at: new Date(at).toISOString() }),
        };
        const order = await api.post(['key-rotations'], KeyRotation, body);
        out.item(order);
        out.say(`A new key signs from ${order.activates_at}.`);
      }),
    );
  withExamples(rotate, 'key rotate', 'key rotate --in 86400', 'key rotate --purpose deny_feed');
}

function parseSeconds(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It is not a number of seconds.');
  return Number(text);
}
