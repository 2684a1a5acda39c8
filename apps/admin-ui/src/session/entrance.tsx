import { Group, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { SchemeSwitch } from '../shell/shell.js';
import mark from '../shell/mark.svg';

/** The page around everything before one is in. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  return (
    <main style={{ maxWidth: 520, margin: '0 auto', padding: '8vh 16px 40px' }}>
      <Group justify="space-between" mb="lg">
        <span className="brand">
          <img src={mark} alt="" width={28} height={28} />
          Holdfast
        </span>
        <SchemeSwitch />
      </Group>
      <div className="card">
        <Title order={1} mb="sm">
          {title}
        </Title>
        {children}
      </div>
    </main>
  );
}

/** A refusal, said once. */
export function Refusal({ children }: { children: ReactNode }) {
  return (
    <div className="summary" role="alert">
      {children}
    </div>
  );
}
