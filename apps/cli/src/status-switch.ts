import type { Command } from 'commander';
import type { Anchor, Client, Partner } from '@holdfast/admin-contract';
import { parseId, withExamples } from './arguments.js';
import type { Session } from './session.js';

/** What can be suspended and resumed. */
export interface Switched {
  readonly collection: 'partners' | 'clients' | 'anchors';
  readonly schema: typeof Partner | typeof Client | typeof Anchor;
  /** An id for the examples. */
  readonly example: string;
  readonly suspend: string;
  readonly resume: string;
}

/** Adds `suspend` and `resume` to a noun. */
export function addStatusSwitches(noun: Command, session: Session, switched: Switched): void {
  for (const verb of ['suspend', 'resume'] as const) addSwitch(noun, session, switched, verb);
}

function addSwitch(
  noun: Command,
  session: Session,
  { collection, schema, example, ...effects }: Switched,
  verb: 'suspend' | 'resume',
): void {
  const command = noun
    .command(verb)
    .description(effects[verb])
    .argument('<id>', `the ${noun.name()}`, parseId)
    .action((id: string) =>
      session.administer(async (api, out) => {
        out.item(await api.post([collection, id, verb], schema));
        out.say(`${DONE[verb]} ${noun.name()} ${id}.`);
      }),
    );
  withExamples(command, `${noun.name()} ${verb} ${example}`);
}

const DONE = { suspend: 'Suspended', resume: 'Resumed' } as const;
