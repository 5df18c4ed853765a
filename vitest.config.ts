import { defineConfig } from 'vitest/config';
import { workerModules } from './test/support/in-process/vite-plugin.ts';

export default defineConfig({
  test: {
    silent: 'passed-only',
    projects: [
      {
        // The Worker inside the test's own process (test/support/in-process).
        plugins: [workerModules()],
        test: {
          name: 'edges',
          include: ['test/{protocol,e2e,clients,convergence,support}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each file has a server of its own, which has two cores' worth of work with its test.
          maxWorkers: 2,
        },
      },
      'test/workerd/vitest.config.ts',
      { test: { name: 'contract', include: ['test/{contract,faults}/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'unit',
          include: [
            '{codecs,core,store,platform,shared,workers,cli,outbound}/**/*.test.ts',
            'test/{sync,lint}/**/*.test.ts',
          ],
        },
      },
    ],
  },
});
