/** Builds the development harness: the renderer over an in-memory bridge, never part of the product. `npx vite build --config renderer/dev/vite.config.ts`, then `npx vite preview` with the same config. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer/dev',
  base: './',
  plugins: [react()],
  build: { outDir: '../../.tsbuild/renderer-dev', emptyOutDir: true, modulePreload: { polyfill: false } },
});
