import type { RetentionExceptionsView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { withLocalServer } from '../local/connect.ts';

export const userRetention = defineCommand({
  name: 'user retention',
  summary: 'show or set what a user keeps longer than the tenant does, or run retention now',
  details:
    'The file is JSON: {"folders": {"2": {"days": null}, "junk": {"days": 90}}}, days by the id of the folder, null for\n' +
    'ever. It counts where the tenant allows exceptions.',
  positionals: [
    { name: 'address', help: 'the user' },
    { name: 'file', help: 'the setting; - reads standard input', optional: true },
  ],
  flags: { run: { type: 'boolean', help: 'let go what is due, and purge what was removed long enough ago' } },
  examples: ['waypost user retention ann@example.test --run'],
  async run({ args: [address = '', file = ''], flags, out }) {
    const path = `/users/${encodeURIComponent(address)}/retention`;
    const change = file === '' ? null : await readJsonFile(file);
    const view = await withLocalServer(async ({ admin }) => {
      if (change !== null) await admin.put(path, change);
      if (flags.run) await admin.post(`${path}/run`);
      return admin.get<RetentionExceptionsView>(path);
    });
    out.result(view, () => {
      if (!view.allowed) out.line('The tenant allows no exceptions.');
      const rows = Object.entries(view.folders).map(([id, { days }]) => [id, days ?? 'for ever']);
      out.table(['folder', 'days'], rows, 'There are no exceptions.');
      if (flags.run) out.line('A run is on its way.');
    });
  },
});
