import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      'test/workerd/vitest.config.ts',
      {
        test: {
          name: 'unit',
          include: [
            '{codecs,core,store,platform,shared,workers,cli,outbound}/**/*.test.ts',
            'test/sync/**/*.test.ts',
          ],
        },
      },
    ],
  },
});
