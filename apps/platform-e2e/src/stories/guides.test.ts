import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { makeRevocationList, type IssuedCertificate } from '@holdfast/test-pki';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import {
  issueLeaf,
  makeRoot,
  makeSelfSigned,
  toIdentity,
  uniqueName,
  validNow,
} from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { READ, registerClient, registerNamedClient, registerPartner } from '../harness/partners.js';
import { Guide, unmarkedCommands } from '../harness/pages.js';
import { needsPrograms } from '../harness/programs.js';
import { refusedSoon } from '../harness/revocation.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, tokenOf } from '../harness/token-endpoint.js';

const MINUTES = 120_000;
const HOUR_MS = 3_600_000;
const GUIDES = join(workspaceRoot, 'docs', 'guides');
/** How blocks begin that are not pasted: they need Docker, or somebody's own set-up; other tests do what they do. */
const NOT_PASTED = ['export COMPOSE_FILE=', 'npx holdfast connect test '];

const stack = sharedStack();
const operator = new Operator(stack);

const write = ({ directory }: Guide, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
};

const grant = (client: string): Promise<unknown> =>
  operator.post('grants', { client, resource: stack.orders, scopes: [READ] });

const tokenFor = (clientId: string, leaf: IssuedCertificate): Promise<string> =>
  tokenOf(stack, { partner: '', clientId, identity: toIdentity(leaf) });

/** RFC 7517 §4.7: one key with its certificate. */
const toJwks = ({ pem, der }: IssuedCertificate): string =>
  JSON.stringify({
    keys: [
      {
        ...new X509Certificate(pem).publicKey.export({ format: 'jwk' }),
        x5c: [Buffer.from(der).toString('base64')],
      },
    ],
  });

describe('the guides', () => {
  test.each(readdirSync(GUIDES))('%s has no commands that are not run', (page) => {
    const unmarked = unmarkedCommands(join('docs', 'guides', page));
    expect(unmarked.filter((block) => !NOT_PASTED.some((begin) => block.startsWith(begin)))).toEqual([]);
  });

  needsPrograms(['bash'])(
    'register clients that get tokens, by name and by certificate (recognising-clients.md)',
    async () => {
      const [acme, beta] = [uniqueName('acme'), uniqueName('beta')];
      const root = await makeRoot(`CN=${acme} Root`);
      const named = await root.issue({
        subject: 'CN=any',
        san: { dns: [`orders.${acme}.example`] },
        extendedKeyUsage: ['clientAuth'],
        ...validNow(),
      });
      const [pinned, next, stock] = await Promise.all(
        ['sync', 'next', 'stock'].map((name) => makeSelfSigned(`CN=${beta} ${name}`)),
      );
      for (const id of [acme, beta]) await operator.post('partners', { id, name: id });
      await operator.post('anchors', {
        id: `${acme}-ca`,
        partner: acme,
        certificate: root.pem,
        revocation: 'off',
      });
      const guide = new Guide('docs/guides/recognising-clients.md', stack, { acme, beta });
      write(guide, {
        'client.pem': named.pem,
        [`${beta}.pem`]: pinned!.pem,
        [`${beta}-next.pem`]: next!.pem,
        [`${beta}.jwks.json`]: toJwks(stock!),
      });
      await guide.paste();
      expect(await guide.paste()).toContain(`orders.${acme}.example`);
      await guide.paste();
      expect(await guide.paste()).toContain(`https://keys.${beta}.example/jwks.json`);
      expect(guide.left).toBe(0);
      for (const client of [`${acme}-orders`, `${beta}-sync`, `${beta}-stock`]) await grant(client);
      await tokenFor(`${acme}-orders`, named);
      await tokenFor(`${beta}-sync`, pinned!);
      await tokenFor(`${beta}-sync`, next!);
      await tokenFor(`${beta}-stock`, stock!);
    },
    MINUTES,
  );

  needsPrograms(['bash'])(
    'upload a CRL after which a revoked certificate is refused, and others are not (revocation.md)',
    async () => {
      const acme = uniqueName('acme');
      const root = await makeRoot(`CN=${acme} Root`);
      const [good, revoked] = [await issueLeaf(root, 'CN=orders'), await issueLeaf(root, 'CN=orders')];
      const crl = makeRevocationList(root, {
        thisUpdate: new Date(Date.now() - HOUR_MS),
        nextUpdate: new Date(Date.now() + HOUR_MS),
        revoked: [{ certificate: revoked.der, since: new Date(Date.now() - HOUR_MS) }],
      });
      await operator.post('partners', { id: acme, name: acme });
      const guide = new Guide('docs/guides/revocation.md', stack, { acme });
      write(guide, { [`${acme}-ca.pem`]: root.pem, [`${acme}.crl`]: crl });
      expect(await guide.paste()).toContain('fresh');
      await guide.paste();
      expect(guide.left).toBe(0);
      const client = await registerClient(
        operator,
        { id: acme, root, anchor: `${acme}-ca` },
        {
          clientId: `${acme}-orders`,
          identity: { tls_client_auth_subject_dn: 'CN=orders' },
          leaf: good,
        },
      );
      await refusedSoon(operator, { ...client, identity: toIdentity(revoked) });
    },
    MINUTES,
  );

  needsPrograms(['bash', 'curl'])(
    'stop a client and let it follow the deny feed (stop.md)',
    async () => {
      const partner = await registerPartner(operator, 'stopped');
      const client = await registerNamedClient(operator, partner);
      const guide = new Guide('docs/guides/stop.md', stack, {
        'acme-orders': client.clientId,
        'https://token.example': stack.file.issuer,
        'https://mtls.token.example': new URL(stack.file.tokenEndpoint).origin,
      });
      write(guide, {
        'client.pem': client.identity.certificate,
        'client.key.pem': client.identity.privateKey,
      });
      expect(await guide.paste()).toContain(client.clientId);
      const jwt = (await guide.paste()).trim().split(/\s+/).at(-1)!;
      expect(claimsOf(jwt)).toMatchObject({ kind: 'snapshot' });
      expect(guide.left).toBe(0);
      await tokenFor(client.clientId, client.leaf);
    },
    MINUTES,
  );

  needsPrograms(['bash', 'curl', 'grep'])(
    'show that an API of its own refuses a stolen token (protect-an-api.md)',
    async () => {
      const partner = await registerPartner(operator, 'guarded');
      const { leaf, ...client } = await registerNamedClient(operator, partner);
      const other = await makeSelfSigned('CN=other');
      const { application, url, port } = await beside(stack, 'resource-server');
      const { ISSUER, AUDIENCE, JWKS_URI, ISSUER_CA_FILE, TLS_CERTIFICATE_FILE, TLS_PRIVATE_KEY_FILE } =
        application.env as Record<string, string>;
      const env = {
        ...{ ISSUER: ISSUER!, AUDIENCE: AUDIENCE!, JWKS_URI: JWKS_URI!, ISSUER_CA: ISSUER_CA_FILE! },
        ...{ TLS_CERT: TLS_CERTIFICATE_FILE!, TLS_KEY: TLS_PRIVATE_KEY_FILE!, PORT: String(port) },
      };
      const script = join('examples', 'resource-servers', 'fastify', 'server.mjs');
      const guide = new Guide('docs/guides/protect-an-api.md', stack, { 'https://api.example': url });
      write(guide, {
        token: await tokenOf(stack, client),
        'client.pem': leaf.pem,
        'client.key.pem': leaf.privateKeyPem,
        'other.pem': other.pem,
        'other.key.pem': other.privateKeyPem,
      });
      const api = await AppProcess.start({ ...application, name: 'example', script, env }, guide.directory, {
        listeningOn: port,
      });
      try {
        expect((await guide.paste()).trim().split(/\r?\n/)).toEqual([
          '200',
          '401',
          '401',
          'www-authenticate: Bearer',
        ]);
        expect(guide.left).toBe(0);
      } finally {
        await api.stop();
      }
    },
    MINUTES,
  );

  needsPrograms(['bash', 'curl', 'openssl', 'sed'])(
    'lead a partner from a key to a call, and show it what arrived (partner.md)',
    async () => {
      const clientId = uniqueName('guided');
      const token = new URL(stack.file.tokenEndpoint).origin;
      const guide = new Guide('docs/guides/partner.md', stack, {
        'client_id=my-server': `client_id=${clientId}`,
        'https://mtls.token.example': token,
        'https://mtls.example': token,
        'https://api.example': stack.orders,
      });
      await guide.paste();
      await guide.paste();
      expect(await guide.paste()).toContain('my-server');
      await operator.post('partners', { id: clientId, name: clientId });
      await operator.post('clients', {
        id: clientId,
        partner: clientId,
        token_endpoint_auth_method: 'self_signed_tls_client_auth',
        certificate: readFileSync(join(guide.directory, 'client.pem'), 'utf8'),
      });
      await grant(clientId);
      const pem = (name: string): string => readFileSync(join(guide.directory, name), 'utf8');
      const identity = { certificate: pem('client.pem'), privateKey: pem('client.key.pem') };
      await tokenOf(stack, { partner: clientId, clientId, identity });
      // The token of one block is used in the next, as in one shell.
      expect(JSON.parse(await guide.paste(2))).toEqual({ orders: [] });
      expect(await guide.paste()).toContain('my-server');
      expect(guide.left).toBe(0);
    },
    MINUTES,
  );
});
