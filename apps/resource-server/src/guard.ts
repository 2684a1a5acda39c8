import { readFileSync } from 'node:fs';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { mutualTlsOptions } from '@holdfast/certificate-source';
import { createTokenVerifier } from '@holdfast/cnf-token-verification';
import { systemPorts } from '@holdfast/resource-guard';
import { BoundTokenModule } from '@holdfast/resource-guard/nest';
import type { ResourceServerConfig } from './config.js';
import { readDenyFeed } from './deny-feed.js';
import { readGateway } from './gateway.js';

/** What stands between the network and the routes of this API. */
export interface Guard {
  /** TLS ends here and asks for a certificate; what the guard makes of it is an answer, never a broken handshake. */
  readonly tls: ReturnType<typeof mutualTlsOptions>;
  /** In front of every route: it needs the scopes that it names with `@RequireScopes`, and one that names none is closed. */
  readonly module: DynamicModule;
  /** Rejects while the issuer's keys, or the deny feed that is configured, are missing: calls are answered 503 then. */
  readonly requireReady: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** All that protects this API (docs/guides/protect-an-api.md). Throws for a configuration that is only half there. */
export function guardOf(config: ResourceServerConfig, logger: Logger): Guard {
  const { ISSUER: issuer, AUDIENCE: audience, JWKS_URI: jwksUri, ISSUER_CA_FILE: caFile } = config;
  const feed = readDenyFeed(config, (error) => logger.warn({ err: error }, 'the deny feed is away'));
  const verifier = createTokenVerifier(
    {
      issuers: [
        // Tokens of this issuer for this API and no other (RFC 9068 §4). Orders belong to partners, so each names one.
        { issuer, audience, keys: { jwksUri }, requiredClaims: ['partner'] },
        ...readGateway(config),
      ],
      // Bound to the certificate of the connection (RFC 8705 §3): that is the default, and nothing here widens it.
      denyFeed: feed?.policy,
    },
    {
      ...systemPorts(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
      denyFeed: feed?.follower.start().feed,
    },
  );
  const stopRefreshing = verifier.keepFresh(
    () => new Date(),
    (error) => logger.warn({ err: error }, 'the keys could not be refreshed'),
  );
  return {
    tls: mutualTlsOptions(),
    module: BoundTokenModule.forRoot({ verifier }),
    requireReady: () => verifier.requireReady(new Date()),
    async stop() {
      stopRefreshing();
      await feed?.follower.stop();
    },
  };
}
