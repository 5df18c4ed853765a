import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { createProgress } from '../progress.ts';
import { exportMailbox } from '../takeout/export.ts';
import { allAreas, parseArea } from '../takeout/layout.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'take all of a mailbox out into a folder of plain files',
  details:
    'Mail as one mbox for each folder, contacts as vCards, calendars and tasks as iCalendar; beside them lists of JSON with\n' +
    'what these do not say (flags, categories, times), rules and settings, and a manifest with the SHA-256 of each file.\n' +
    'Run again, it goes on where it was interrupted. `waypost import` puts it into a mailbox again.',
  positionals: [],
  flags: {
    user: { type: 'string', value: 'ADDRESS', help: 'whose mailbox', required: true },
    out: {
      type: 'string',
      value: 'DIR',
      help: 'where to; a folder that is empty or not there yet',
      required: true,
    },
    only: {
      type: 'string',
      value: 'AREAS',
      help: 'of mail,calendar,contacts,tasks,notes; all when left out',
    },
  },
  examples: [
    'waypost export --user ann@example.test --out ann',
    'waypost export --user ann@example.test --out ann-people --only contacts',
  ],
  async run({ flags, out }) {
    const areas =
      flags.only === undefined ? allAreas() : flags.only.split(',').map((name) => parseArea(name.trim()));
    const wanted = areas.filter((area) => area !== null);
    if (wanted.length < areas.length || wanted.length === 0) {
      throw new UsageError(`--only takes ${allAreas().join(', ')}`, 'export');
    }
    const progress = createProgress(process.stderr, out.json);
    const { items, lost, files } = await withLocalServer(({ admin }) =>
      exportMailbox(admin, { address: flags.user, dir: flags.out, areas: wanted, progress }),
    );
    out.result({ items, lost, files: files.length, out: flags.out }, () => {
      out.line(`${items} items of ${flags.user} are in ${flags.out}, in ${files.length} files.`);
    });
    if (lost > 0) throw new CommandError(`${lost} messages have no raw any more and were left out`);
  },
});
