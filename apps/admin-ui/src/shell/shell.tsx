import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useSession } from '../api/queries.js';
import {
  AccountIcon,
  AnchorIcon,
  AuditIcon,
  MoonIcon,
  PartnersIcon,
  RequestsIcon,
  ResourceIcon,
  StoppedIcon,
  SunIcon,
} from '../parts/icons.js';
import { Go, GoToSignIn } from '../parts/go.js';
import { Failure, Loading } from '../parts/states.js';
import mark from './mark.svg';

/** What everyone who is signed in sees around a page. Nothing is shown before that is known. */
export function Shell() {
  const session = useSession();
  if (session.isPending)
    return (
      <Bare>
        <Loading />
      </Bare>
    );
  if (session.isError) {
    return (
      <Bare>
        <Failure error={session.error} retry={() => void session.refetch()} />
      </Bare>
    );
  }
  if (session.data === null) return <GoToSignIn />;
  // In production a session of a link is good for making a passkey and nothing else.
  if (session.data.via === 'link' && session.data.mode === 'production') return <Go href="/welcome" />;
  return <Frame name={session.data.account.name} />;
}

function Bare({ children }: { children: React.ReactNode }) {
  return <main style={{ maxWidth: 480, margin: '15vh auto', padding: 20 }}>{children}</main>;
}

function Frame({ name }: { name: string }) {
  const [opened, menu] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
      transitionDuration={0}
    >
      <a className="skip-link" href="#content" onClick={toContent}>
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? 'Close navigation' : 'Open navigation'}
              aria-expanded={opened}
            />
            <Link to="/partners" className="brand">
              <img src={mark} alt="" width={28} height={28} />
              Holdfast
            </Link>
          </Group>
          <Group gap={4} wrap="nowrap" miw={0}>
            <SchemeSwitch />
            <Link to="/account" className="nav-link account-link">
              <AccountIcon />
              <span>{name}</span>
            </Link>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Main" onClick={menu.close}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation() {
  const { pathname } = useLocation();
  const within = pathname.startsWith('/applications/');
  return (
    <>
      <Link to="/partners" className="nav-link" {...(within && { 'data-within': true })}>
        <PartnersIcon /> Partners
      </Link>
      <Link to="/requests" className="nav-link">
        <RequestsIcon /> Requests
      </Link>
      <Link to="/stopped" className="nav-link">
        <StoppedIcon /> Stopped
      </Link>
      <Link to="/audit" className="nav-link">
        <AuditIcon /> Audit
      </Link>
      <div className="nav-heading">Platform</div>
      <Link to="/anchors" className="nav-link">
        <AnchorIcon /> Trust anchors
      </Link>
      <Link to="/resources" className="nav-link">
        <ResourceIcon /> Resources &amp; scopes
      </Link>
    </>
  );
}

export function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Use ${other} colours`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        onClick={() => setColorScheme(other)}
        aria-label={`Use ${other} colours`}
        style={{ color: 'inherit' }}
      >
        {scheme === 'dark' ? <SunIcon /> : <MoonIcon />}
      </ActionIcon>
    </Tooltip>
  );
}

function toContent(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
