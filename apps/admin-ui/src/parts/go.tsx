import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** Leads to another page once, however often what it stands in is drawn meanwhile. */
export function Go({ href }: { href: string }) {
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ href, replace: true });
  }, [navigate, href]);
  return null;
}

/** To sign-in, and afterwards back here. */
export function GoToSignIn() {
  const [here] = useState(() => location.pathname);
  return <Go href={`/sign-in?next=${encodeURIComponent(here)}`} />;
}
