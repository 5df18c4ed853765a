import type { CalendarShareView, Page } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { showShares } from './calendar-shares.ts';

const LEVELS = ['none', 'freebusy', 'detail', 'read', 'edit', 'delegate'];

export const calendarShare = defineCommand({
  name: 'calendar share',
  summary: 'let somebody see or edit the calendar of another user',
  details:
    'none: not even when the owner is busy. freebusy: when (what everybody of the tenant sees unless told otherwise).\n' +
    'detail: with titles and places. read: the events. edit: add, change and remove them.\n' +
    "delegate: and get the owner's invitations, and answer them.",
  positionals: [
    { name: 'owner', help: 'whose calendar' },
    { name: 'grantee', help: 'who may see it, or "everybody" of the tenant' },
  ],
  flags: {
    rights: { type: 'string', value: 'LEVEL', help: LEVELS.join(', '), required: true },
    folder: { type: 'string', value: 'NAME', help: 'another calendar of the owner than the default one' },
  },
  examples: ['waypost calendar share ann@example.test bob@example.test --rights edit'],
  async run({ args: [owner = '', grantee = ''], flags, out }) {
    if (!LEVELS.includes(flags.rights))
      throw new UsageError(`--rights is one of ${LEVELS.join(', ')}`, 'calendar share');
    const path = `/users/${encodeURIComponent(owner)}/calendar-shares/${encodeURIComponent(grantee)}`;
    const { items } = await withLocalServer(({ admin }) =>
      admin.put<Page<CalendarShareView>>(path, {
        level: flags.rights,
        ...(flags.folder === undefined ? {} : { folder: flags.folder }),
      }),
    );
    out.result(items, () => showShares(out, items));
  },
});
