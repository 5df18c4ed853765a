import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineProject } from 'vitest/config';

const migrations = new URL('../../migrations/', import.meta.url).pathname;

/** Tests inside workerd, with D1, R2 and PostgreSQL behind a Hyperdrive binding. */
export default defineProject(async () => ({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
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
    }),
  ],
  test: {
    name: 'workerd',
    include: ['**/*.test.ts'],
    testTimeout: 60_000,
  },
}));
