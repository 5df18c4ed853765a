import type { TestProject } from 'vitest/node';
import { startPostgres } from '../support/postgres.ts';

/** A migrated PostgreSQL for the HYPERDRIVE binding of the tests inside workerd. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgresUrl', await server.createMigrated());
  return () => server.stop();
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}
