// How the page is built: scripts and styles as files of their own, because the server allows nothing in line.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/',
  logLevel: 'warn',
  // The tablets' own browsers are not always new; the kiosk's Chromium is.
  build: {
    outDir: here('../../../dist/gateway/console/page'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'chrome100',
  },
});
