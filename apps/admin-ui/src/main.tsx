import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { problemOf } from './api/problem.js';
import { router } from './router.js';
import { theme, variables } from './theme.js';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // An answer that is a refusal stays one; only silence and overload are worth a second try.
      retry: (count, error) => count < 1 && [0, 502, 503, 504].includes(problemOf(error).status),
    },
  },
});

const nonce = () => document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
// Dialogs lock the page behind them with a style element of their own, which asks there for its nonce.
setNonce(nonce());

createRoot(document.getElementById('root')!).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={variables}
    defaultColorScheme="auto"
    getStyleNonce={nonce}
  >
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
