import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { Account } from './session/account.js';
import { SignIn } from './session/sign-in.js';
import { Welcome } from './session/welcome.js';
import { Shell } from './shell/shell.js';
import { Anchors } from './anchors/anchors.js';
import { NewAnchor } from './anchors/new-anchor.js';
import { Application } from './applications/application.js';
import { NewApplication } from './applications/new-application.js';
import { AuditPage } from './audit/audit.js';
import { NewPartner } from './partners/new-partner.js';
import { PartnerPage } from './partners/partner.js';
import { Partners } from './partners/partners.js';
import { Requests } from './requests/requests.js';
import { NewResource } from './resources/new-resource.js';
import { Resources } from './resources/resources.js';
import { BlockCertificate } from './stopped/block-certificate.js';
import { Stopped } from './stopped/stopped.js';
import { NotFound, PageFailed } from './shell/not-found.js';

type Given = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const oneOf = <const T extends string>(value: unknown, known: readonly T[]): T | undefined =>
  known.find((each) => each === value);
/** Only a path of this page: what came with the address must not lead elsewhere. */
const ownPath = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/[a-z]/.test(value) ? value : undefined;

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/partners' });
  },
});
const welcome = createRoute({ getParentRoute: () => root, path: '/welcome', component: Welcome });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignIn,
  validateSearch: (given: Given): { next?: string | undefined } => ({ next: ownPath(given['next']) }),
});

const partners = createRoute({
  getParentRoute: () => shell,
  path: '/partners',
  component: Partners,
  validateSearch: (
    given: Given,
  ): { q?: string | undefined; status?: 'active' | 'suspended' | undefined } => ({
    q: text(given['q']),
    status: oneOf(given['status'], ['active', 'suspended']),
  }),
});
const newPartner = createRoute({ getParentRoute: () => shell, path: '/partners/new', component: NewPartner });
const partner = createRoute({
  getParentRoute: () => shell,
  path: '/partners/$partner',
  component: PartnerPage,
});
const newApplication = createRoute({
  getParentRoute: () => shell,
  path: '/partners/$partner/new-application',
  component: NewApplication,
});
const application = createRoute({
  getParentRoute: () => shell,
  path: '/applications/$client',
  component: Application,
});
const anchors = createRoute({ getParentRoute: () => shell, path: '/anchors', component: Anchors });
const newAnchor = createRoute({
  getParentRoute: () => shell,
  path: '/anchors/new',
  component: NewAnchor,
  validateSearch: (given: Given): { partner?: string | undefined } => ({ partner: text(given['partner']) }),
});
const resources = createRoute({ getParentRoute: () => shell, path: '/resources', component: Resources });
const newResource = createRoute({
  getParentRoute: () => shell,
  path: '/resources/new',
  component: NewResource,
});
const requests = createRoute({
  getParentRoute: () => shell,
  path: '/requests',
  component: Requests,
  validateSearch: (
    given: Given,
  ): { client?: string | undefined; outcome?: 'issued' | 'refused' | undefined } => ({
    client: text(given['client']),
    outcome: oneOf(given['outcome'], ['issued', 'refused']),
  }),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  component: AuditPage,
  validateSearch: (
    given: Given,
  ): { kind?: string | undefined; partner?: string | undefined; client?: string | undefined } => ({
    kind: text(given['kind']),
    partner: text(given['partner']),
    client: text(given['client']),
  }),
});
const stopped = createRoute({ getParentRoute: () => shell, path: '/stopped', component: Stopped });
const blockCertificate = createRoute({
  getParentRoute: () => shell,
  path: '/stopped/block',
  component: BlockCertificate,
});
const account = createRoute({ getParentRoute: () => shell, path: '/account', component: Account });

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    welcome,
    signIn,
    shell.addChildren([
      partners,
      newPartner,
      partner,
      newApplication,
      application,
      anchors,
      newAnchor,
      resources,
      newResource,
      requests,
      stopped,
      blockCertificate,
      audit,
      account,
    ]),
  ]),
  scrollRestoration: false,
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
