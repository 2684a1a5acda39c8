import { join } from 'node:path';
import { newDirectory } from '../harness/run-directory.js';
import { AppProcess, type UpWhen } from '../harness/app-process.js';
import type { Beside } from '../harness/beside.js';
import { Operator } from '../harness/operator.js';
import {
  READ,
  registerNamedClient,
  registerPartner,
  registerPinnedClient,
  type NamedClient,
  type PinnedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { startForge, type Forge } from './forge.js';
import { startProxied, type Proxied } from './proxied.js';

/** A listener that is attacked. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  readonly pid: number;
}

export interface AttackWorldOptions {
  /** Whether milliseconds count: on a machine that does nothing else. */
  readonly measuresTime: boolean;
}

/** A valid world, in which each case breaks one thing: two partners that know nothing of each other. */
export class AttackWorld {
  readonly #undo: (() => Promise<unknown> | void)[] = [];
  #forge: Promise<Forge> | undefined;
  #proxied: Promise<Proxied> | undefined;

  private constructor(
    readonly stack: StackUnderTest,
    readonly operator: Operator,
    readonly victim: RegisteredPartner,
    /** Of the victim, by its subject. */
    readonly named: NamedClient,
    /** Of the victim too, by another subject, for reading only. */
    readonly reader: NamedClient,
    /** Of the victim, by its certificate. */
    readonly pinned: PinnedClient,
    readonly attacker: RegisteredPartner,
    readonly attackerClient: NamedClient,
    readonly measuresTime: boolean,
  ) {}

  /** Registers everybody. Rejects when a client does not get the token that is its due: the positive control. */
  static async create(stack: StackUnderTest, { measuresTime }: AttackWorldOptions): Promise<AttackWorld> {
    const operator = new Operator(stack);
    const victim = await registerPartner(operator, 'victim');
    const attacker = await registerPartner(operator, 'attacker');
    const world = new AttackWorld(
      stack,
      operator,
      victim,
      await registerNamedClient(operator, victim),
      await registerNamedClient(operator, victim, [READ]),
      await registerPinnedClient(operator, victim),
      attacker,
      await registerNamedClient(operator, attacker),
      measuresTime,
    );
    for (const { id } of [victim, attacker]) {
      world.onClose(() => operator.post(`partners/${id}/suspend`));
    }
    return world;
  }

  /** The token service's mutual-TLS listener. */
  get token(): Target {
    return this.#target('token-service', new URL(this.stack.file.tokenEndpoint).origin);
  }

  /** The token service's public listener. */
  get open(): Target {
    return this.#target('token-service', this.stack.file.issuer);
  }

  get orders(): Target {
    return this.#target('resource-server', this.stack.orders);
  }

  /** The gateway in front of that API. */
  get gateway(): Target {
    return this.#target('gateway', this.stack.file.gateway);
  }

  /** The API itself, and the gateway in front of it. */
  get apis(): readonly Target[] {
    return [this.orders, this.gateway];
  }

  get admin(): Target {
    return this.#target('admin', this.stack.file.adminApi);
  }

  /** Every listener that looks at client certificates. */
  get mutualTls(): readonly Target[] {
    return [this.token, ...this.apis, this.admin];
  }

  /** A resource server that trusts keys of ours: started when it is first needed. */
  forge(): Promise<Forge> {
    this.#forge ??= startForge(this);
    return this.#forge;
  }

  /** Applications that believe proxies: started when they are first needed. */
  proxied(): Promise<Proxied> {
    this.#proxied ??= startProxied(this);
    return this.#proxied;
  }

  /** Runs another instance of an application until the world is closed. */
  async run({ application, url }: Beside, when?: UpWhen): Promise<Target & { readonly process: AppProcess }> {
    const process = await AppProcess.start(application, newDirectory('beside'), when);
    this.onClose(() => process.stop());
    return { name: application.name, url, logFile: process.logFile, pid: process.pid, process };
  }

  onClose(undo: () => Promise<unknown> | void): void {
    this.#undo.push(undo);
  }

  /** Ends what was started for it, and suspends its partners: nothing of it is of use any more. */
  async close(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  #target(name: string, url: string): Target {
    const { logs, file } = this.stack;
    return { name, url, logFile: join(logs, `${name}.log`), pid: file.pids[name] ?? 0 };
  }
}
