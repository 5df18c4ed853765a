import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/support/order.ts';
import { WORKERS } from './test/support/workers.ts';

// Compiled modules are kept from one test file to the next, and for the commands that tests start.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/waypost-tests', import.meta.url),
);

/** Node imports our modules as it does in the product; what is the platform's has its double (test/support/in-process). */
const NATIVE = {
  setupFiles: ['./test/support/in-process/setup.ts'],
  experimental: { viteModuleRunner: false },
};

export default defineConfig({
  test: {
    silent: 'passed-only',
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'edges',
          include: ['test/{protocol,e2e,clients,convergence,support}/**/*.test.ts'],
          globalSetup: './test/support/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          maxWorkers: WORKERS,
          ...NATIVE,
        },
      },
      'test/workerd/vitest.config.ts',
      {
        test: {
          name: 'contract',
          include: ['test/{contract,faults}/**/*.test.ts'],
          globalSetup: './test/support/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          maxWorkers: WORKERS,
          ...NATIVE,
        },
      },
      {
        test: {
          name: 'unit',
          include: [
            '{codecs,core,store,platform,shared,workers,cli,outbound}/**/*.test.ts',
            'test/{sync,lint}/**/*.test.ts',
          ],
          testTimeout: 60_000,
          maxWorkers: WORKERS,
          // Pure code, which leaves nothing behind: modules are loaded once for all files of a worker.
          isolate: false,
          ...NATIVE,
        },
      },
    ],
  },
});
