/** Builds the screens into agent_web/static; one HTML entry a screen. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const hub = process.env['LIANLUO_HUB'] ?? 'http://127.0.0.1:8080'
const entries = ['index.html', 'sandbox.html'].map(here).filter((path) => existsSync(path))

export default defineConfig({
  plugins: [vue()],
  base: '/static/',
  resolve: { alias: { '@': here('./src') } },
  build: {
    outDir: here('../static'),
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: entries },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': hub,
      '/hooks': hub,
      '/sandbox': hub,
      '/ws': { target: hub, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
  },
})
