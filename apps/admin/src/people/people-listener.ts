import type { FastifyInstance } from 'fastify';
import { tlsOptions } from '@holdfast/certificate-source';
import { LIMITS, serve, type AllowedMethods, type Served, type Serving } from '@holdfast/http-platform';
import type { PeopleStore } from '@holdfast/people';
import type { ApiPorts } from '../app.module.js';
import { browserRules } from './browser-rules.js';
import { PeopleModule } from './people.module.js';
import { serveAssets, warnUnlessBuilt } from './screens.js';
import type { PeopleSettings } from './tokens.js';

const METHODS: AllowedMethods = [
  [/^\/auth\/(session|passkeys)$/, 'GET, HEAD'],
  [
    /^\/auth\/(link|sign-out|passkey\/(registration|authentication)(\/options)?|passkeys\/(rename|remove))$/,
    'POST',
  ],
  [/^\/assets\//, 'GET, HEAD'],
];

/** What the listener shares with the one for machines. */
type Shared = Pick<Serving, 'files' | 'host' | 'port' | 'filter' | 'logger' | 'methods'>;

/** The listener for people: screens, sign-in and the API, over TLS without client certificates. */
export function servePeople(
  shared: Shared,
  ports: ApiPorts,
  store: PeopleStore,
  settings: PeopleSettings,
): Promise<Served> {
  return serve({
    ...shared,
    module: PeopleModule.with(ports, store, settings),
    tls: tlsOptions(),
    bodies: 'json',
    bodyLimit: LIMITS.uploadBytes,
    methods: [...shared.methods, ...METHODS],
    prepare: async (fastify: FastifyInstance) => {
      browserRules(fastify, settings.url);
      await warnUnlessBuilt((text) => shared.logger.warn(text));
      await serveAssets(fastify);
    },
  });
}
