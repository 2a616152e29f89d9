/** Builds the development harness: the renderer over an in-memory bridge, never part of the product. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer/dev',
  base: './',
  plugins: [react()],
  build: { outDir: '../../.tsbuild/renderer-dev', emptyOutDir: true, modulePreload: { polyfill: false } },
});
