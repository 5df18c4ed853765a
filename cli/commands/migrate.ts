import { CommandError, defineCommand } from '../command.ts';

export const migrate = defineCommand({
  name: 'migrate',
  summary: 'bring a PostgreSQL database up to date',
  details:
    'Applies the files of migrations/postgres that the database does not have yet, each in a transaction of its own.\n' +
    'Connect directly and not through a transaction pool. D1 is migrated by "wrangler d1 migrations apply".',
  here: true,
  positionals: [],
  flags: {
    postgres: { type: 'string', value: 'URL', help: 'connection string of the database', required: true },
    status: { type: 'boolean', help: 'only list what is applied and what is missing' },
  },
  examples: ['waypost migrate --postgres postgres://waypost@db.example/waypost --status'],
  async run({ flags, out }) {
    const { applyPostgresMigrations, postgresMigrationStatus } = await import(
      '../local/postgres-migrations.ts'
    );
    try {
      if (flags.status) {
        const list = await postgresMigrationStatus(flags.postgres);
        out.result(list, () => {
          out.table(
            ['migration', 'applied'],
            list.map((m) => [m.name, m.appliedAt ?? 'missing']),
            'There are none.',
          );
        });
        return;
      }
      const applied = await applyPostgresMigrations(flags.postgres);
      out.result({ applied }, () => {
        out.line(applied.length === 0 ? 'Up to date.' : `Applied ${applied.join(', ')}.`);
      });
    } catch (error) {
      throw new CommandError(`PostgreSQL: ${messageOf(error)}`);
    }
  },
});

/** The message and that of its causes. A refused connection has them in a list of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
