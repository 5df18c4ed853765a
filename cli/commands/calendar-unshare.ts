import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const calendarUnshare = defineCommand({
  name: 'calendar unshare',
  summary: 'take back what somebody was let see or do of a calendar',
  positionals: [
    { name: 'owner', help: 'whose calendar' },
    { name: 'grantee', help: 'from whom, or "everybody"' },
  ],
  flags: {
    folder: { type: 'string', value: 'NAME', help: 'another calendar of the owner than the default one' },
  },
  async run({ args: [owner = '', grantee = ''], flags, out }) {
    const query = flags.folder === undefined ? '' : `?folder=${encodeURIComponent(flags.folder)}`;
    const path = `/users/${encodeURIComponent(owner)}/calendar-shares/${encodeURIComponent(grantee)}${query}`;
    await withLocalServer(({ admin }) => admin.delete(path));
    out.result({ owner, grantee }, () => out.line(`${grantee} sees of it what everybody sees.`));
  },
});
