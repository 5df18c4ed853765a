import type { TestProject } from 'vitest/node';
import { startDatabase, startPostgresOfRun } from '../support/postgres.ts';

/** A migrated PostgreSQL for the HYPERDRIVE binding of the tests inside workerd. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stop = await startPostgresOfRun();
  const { url } = await startDatabase();
  project.provide('postgresUrl', url);
  return stop;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}
