import type { CalendarShareView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import type { Output } from '../output.ts';
import { listed } from '../paging.ts';

export const calendarShares = defineCommand({
  name: 'calendar shares',
  summary: "list who may see or edit a user's calendars",
  positionals: [{ name: 'owner', help: 'whose calendars' }],
  flags: {},
  async run({ args: [owner = ''], out }) {
    const path = `/users/${encodeURIComponent(owner)}/calendar-shares`;
    const items = await withLocalServer(({ admin }) => listed<CalendarShareView>(admin, path));
    out.result(items, () => showShares(out, items));
  },
});

export function showShares(out: Output, items: readonly CalendarShareView[]): void {
  out.table(
    ['calendar', 'who', 'rights'],
    items.map((one) => [one.folder, one.grantee, one.level ?? one.rights.join(' ')]),
    'Nobody was told anything: the tenant sees when the user is busy.',
  );
}
