import { Counter, type Registry } from 'prom-client';
import { requireChainArrives } from '@holdfast/certificate-source';
import {
  createLogger,
  createMetrics,
  readProxyListening,
  reloadTlsFiles,
  requireProductionReady,
  runApp,
  startManagement,
  unusable,
  type Readiness,
  type RunningApp,
} from '@holdfast/http-platform';
import { readGatewayConfig } from './config.js';
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
  const ownPorts = [config.MTLS_PORT, config.MANAGEMENT_PORT, ...(behindProxies ? [behindProxies.port] : [])];
  const read = () => readGatewayFile(config.GATEWAY_FILE, ownPorts);
  const first = read();
  if (!first.usable) throw unusable(...first.problems.map((problem) => `GATEWAY_FILE: ${problem}`));
  await requireChainArrives();

  const metrics = createMetrics();
  const feed = new FollowedFeed((error) => logger.warn({ err: error }, 'the deny feed is away'));
  const stateOf = (plan: GatewayPlan): GatewayState => new GatewayState(plan, onKeysError, feed.for(plan));
  const gateway = new Gateway(stateOf(first.plan), observe(metrics));
  const files = { certificateFile: config.TLS_CERTIFICATE_FILE, privateKeyFile: config.TLS_PRIVATE_KEY_FILE };
  const served = await serveGateway(gateway, {
    files,
    host: config.LISTEN_HOST,
    port: config.MTLS_PORT,
    behindProxies,
  });
  const stopReloading = reloadTlsFiles(served.servers, files, logger);
  const stopFollowing = followGatewayFile(
    read,
    first.version,
    (plan) => void gateway.replace(stateOf(plan)).retire(),
    logger,
  );
  const management = await startManagement(
    { host: config.MANAGEMENT_HOST, port: config.MANAGEMENT_PORT },
    metrics,
    () => readiness(gateway),
  );
  logger.info({ port: config.MTLS_PORT, routes: first.plan.routes.length }, 'ready');
  return {
    async stop() {
      stopReloading();
      stopFollowing();
      await served.stop();
      await gateway.current.retire();
      await feed.stop();
      management.close();
    },
  };
}

const onKeysError = (error: unknown): void => logger.warn({ err: error }, 'the keys could not be refreshed');

function observe(metrics: Registry): Observer {
  const calls = new Counter({
    name: 'gateway_calls_total',
    help: 'Calls by outcome: the class of the status that was passed on, or the reason of an answer of the gateway',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const unbound = new Counter({
    name: 'gateway_unbound_calls_total',
    help: 'Calls with a token that is bound to no certificate (binding: optional)',
    registers: [metrics],
  });
  return {
    passed(status, isUnbound) {
      calls.inc({ outcome: `${Math.floor(status / 100)}xx` });
      if (isUnbound) unbound.inc();
    },
    answered(line, { status, reason }, error) {
      calls.inc({ outcome: reason });
      if (status >= 500) logger.error({ ...line, err: error }, 'failed');
      else logger.info(line, 'refused');
    },
  };
}

/** Without keys, or the deny feed that is configured, nothing is let through: never open, not ready instead. */
async function readiness(gateway: Gateway): Promise<Readiness> {
  const tokens = await gateway.current.requireReady().then(
    () => 'ok',
    (error: Error) => error.message,
  );
  return { ready: tokens === 'ok', checks: { tokens } };
}

await runApp(logger, start);
