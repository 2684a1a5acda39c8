import { Anchor, Group, Title } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';

export const RouteLink = createLink(Anchor<'a'>);

let isFirstPage = true;

/** One page: its title in the tab and as its only h1, the way back, and what can be done. */
export function Page({
  title,
  trail,
  actions,
  children,
}: {
  title: string;
  trail?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  useEffect(() => {
    // The link that led here is gone, and the focus with it: go on reading at the top of the new page.
    if (!isFirstPage && document.activeElement === document.body) heading.current?.focus();
    isFirstPage = false;
  }, []);
  return (
    <div className="page">
      {trail !== undefined && (
        <nav aria-label="Breadcrumb">
          <Group gap={6} fz="sm" mb={4}>
            {trail}
          </Group>
        </nav>
      )}
      <Group justify="space-between" align="center" mb="lg" gap="sm">
        <Title order={1} tabIndex={-1} ref={heading}>
          {title}
        </Title>
        {actions !== undefined && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Card({
  title,
  action,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <Title order={2}>{title}</Title>
        {action}
      </div>
      {children}
    </section>
  );
}
