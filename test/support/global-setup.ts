import { startPostgresOfRun } from './postgres.ts';

/** One PostgreSQL for every test of the run that wants a database. */
export default startPostgresOfRun;
