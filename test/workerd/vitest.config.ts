import { builtinModules } from 'node:module';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineProject } from 'vitest/config';
import { WORKERS } from '../support/workers.ts';

const migrations = new URL('../../migrations/', import.meta.url).pathname;

/** Tests inside workerd, with D1, R2 and PostgreSQL behind a Hyperdrive binding. */
export default defineProject({
  cacheDir: '../../node_modules/.vite-workerd',
  plugins: [
    cloudflareTest(async ({ inject }) => ({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
        hyperdrives: { HYPERDRIVE: inject<string>('postgresUrl') },
        bindings: {
          MIGRATIONS: Object.fromEntries(
            await Promise.all(
              ['directory', 'mail', 'search', 'audit'].map(async (name) => [
                name,
                await readD1Migrations(`${migrations}${name}`),
              ]),
            ),
          ),
        },
      },
    })),
  ],
  test: {
    // The driver in one piece, as in the product's bundle: what pg requires by itself is not resolved for workerd.
    deps: {
      optimizer: {
        ssr: {
          enabled: true,
          include: ['pg'],
          rolldownOptions: {
            external: [...builtinModules, /^(node|cloudflare):/],
            resolve: { conditionNames: ['workerd', 'import', 'require', 'default'] },
          },
        },
      },
    },
    name: 'workerd',
    include: ['**/*.test.ts'],
    globalSetup: './global-setup.ts',
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: WORKERS,
  },
});
