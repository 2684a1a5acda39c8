import { Counter, type Registry } from 'prom-client';
import { requireChainArrives } from '@holdfast/certificate-source';
import {
  createLogger,
  createMetrics,
  readProxyListening,
  readyIf,
  requireProductionReady,
  runApp,
  startUpkeep,
  tlsFilesOf,
  unusable,
  type ProxyListening,
  type RunningApp,
} from '@holdfast/http-platform';
import { check } from './check.js';
import { readGatewayConfig, type GatewayConfig } from './config.js';
import type { GatewayPlan } from './configuration/plan.js';
import { readGatewayFile } from './configuration/read-gateway-file.js';
import { Gateway, type Observer } from './gateway.js';
import { FollowedFeed } from './followed-feed.js';
import { followGatewayFile } from './reload.js';
import { serveGateway } from './serve-gateway.js';
import { GatewayState } from './state.js';

const logger = createLogger('gateway');

/** The only place where ports meet adapters. */
async function start(): Promise<RunningApp> {
  const config = readGatewayConfig(process.env);
  requireProductionReady(config.HOLDFAST_MODE, config.TLS_CERTIFICATE_FILE);
  const behindProxies = readProxyListening(config);
  const { read, first } = readPlan(config, behindProxies);
  await requireChainArrives();

  const metrics = createMetrics();
  const feed = new FollowedFeed((error) => logger.warn({ err: error }, 'the deny feed is away'));
  const stateOf = (plan: GatewayPlan): GatewayState => new GatewayState(plan, onKeysError, feed.for(plan));
  const gateway = new Gateway(stateOf(first.plan), observe(metrics));
  const served = await serveGateway(gateway, {
    files: tlsFilesOf(config),
    host: config.LISTEN_HOST,
    port: config.MTLS_PORT,
    behindProxies,
  });
  const replace = (plan: GatewayPlan): void => void gateway.replace(stateOf(plan)).retire();
  const stopFollowing = followGatewayFile(read, first.version, replace, logger);
  const endUpkeep = await startUpkeep(config, {
    servers: served.servers,
    metrics,
    // Without keys, or the deny feed that is configured, nothing is let through: never open, not ready instead.
    readiness: () => readyIf({ tokens: gateway.current.requireReady() }),
    logger,
  });
  logger.info({ port: config.MTLS_PORT, routes: first.plan.routes.length }, 'ready');
  return {
    async stop() {
      stopFollowing();
      await served.stop();
      await gateway.current.retire();
      await feed.stop();
      endUpkeep();
    },
  };
}

/** Reads the routes, now and whenever they change. Throws `ConfigError` where the first ones cannot be used. */
function readPlan(config: GatewayConfig, behindProxies: ProxyListening | undefined) {
  const ownPorts = [config.MTLS_PORT, config.MANAGEMENT_PORT, ...(behindProxies ? [behindProxies.port] : [])];
  const read = () => readGatewayFile(config.GATEWAY_FILE, ownPorts);
  const first = read();
  if (!first.usable) throw unusable(...first.problems.map((problem) => `GATEWAY_FILE: ${problem}`));
  return { read, first };
}

const onKeysError = (error: unknown): void => logger.warn({ err: error }, 'the keys could not be refreshed');

/** By the first digit of a status. */
const STATUS_CLASSES = Array.from({ length: 10 }, (_, digit) => `${digit}xx`);

function observe(metrics: Registry): Observer {
  /** Counted here, and told when the metrics are read: finding a counter by its labels costs more than the decision. */
  const outcomes = new Map<string, number>();
  const count = (outcome: string): unknown => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  new Counter({
    name: 'gateway_calls_total',
    help: 'Calls by outcome: the class of the status that was passed on, or the reason of an answer of the gateway',
    labelNames: ['outcome'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const [outcome, calls] of outcomes) this.inc({ outcome }, calls);
    },
  });
  const unbound = new Counter({
    name: 'gateway_unbound_calls_total',
    help: 'Calls with a token that is bound to no certificate (binding: optional)',
    registers: [metrics],
  });
  return {
    passed(status, isUnbound) {
      count(STATUS_CLASSES[Math.floor(status / 100)]!);
      if (isUnbound) unbound.inc();
    },
    answered(line, { status, reason }, error) {
      count(reason);
      if (status >= 500) logger.error({ ...line, err: error }, 'failed');
      else logger.info(line, 'refused');
    },
  };
}

const words = process.argv.slice(2);
if (words.length === 0) await runApp(logger, start);
else {
  const { exitCode, out = '', err = '' } = check(words, process.env);
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = exitCode;
}
