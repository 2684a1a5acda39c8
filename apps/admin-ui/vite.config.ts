import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Written for a strict policy: no inline script or data: font, and a nonce that the server puts in for style. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  resolve: { conditions: ['@holdfast/source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
});
