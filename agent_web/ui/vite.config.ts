/** Builds the screens into agent_web/static; one HTML entry a screen. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const hub = process.env['LIANLUO_HUB'] ?? 'http://127.0.0.1:8080'
const entries = ['index.html', 'sandbox.html'].map(here).filter((path) => existsSync(path))

/** Beside each text lies the same with gzip: the hub's file server sends it to who takes it. */
const gzipped: Plugin = {
  name: 'gzipped',
  apply: 'build',
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((each) => /\.(html|js|css)$/.test(each))) {
      const path = join(dir ?? '.', name)
      const packed = gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION })
      writeFileSync(`${path}.gz`, packed)
    }
  },
}

export default defineConfig({
  plugins: [vue(), gzipped],
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
    setupFiles: ['src/shared/readsChinese.ts'],
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
