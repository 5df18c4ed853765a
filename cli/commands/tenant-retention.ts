import type { RetentionView, SetRetention } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

const days = (help: string) => ({ type: 'string', value: 'DAYS', help }) as const;

export const tenantRetention = defineCommand({
  name: 'tenant retention',
  summary: 'show or set how long a domain’s tenant keeps mail',
  details:
    'The file is JSON: {"deletedDays": 30, "junkDays": 30, "recoverableDays": 14, "userExceptions": true, "folders":\n' +
    '[{"role": "inbox", "days": 730, "action": "archive"}, {"name": "News*", "days": 14, "action": "delete"}]}. What it\n' +
    'leaves out stays. "measure" of a rule is "received" (the age of the mail) or "entered" (time in the folder).',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'file', help: 'the setting; - reads standard input', optional: true },
  ],
  flags: {
    'deleted-days': days('days in Deleted Items; "none" for ever'),
    'junk-days': days('days in Junk Email; "none" for ever'),
    'recoverable-days': days('days that removed mail can be brought back'),
  },
  examples: [
    'waypost tenant retention example.test',
    'waypost tenant retention example.test --deleted-days 30 --junk-days 14',
    'waypost tenant retention example.test retention.json',
  ],
  async run({ args: [domain = '', file = ''], flags, out }) {
    const change: SetRetention = file === '' ? {} : ((await readJsonFile(file)) as SetRetention);
    const named = [
      ['deleted-days', 'deletedDays', true],
      ['junk-days', 'junkDays', true],
      ['recoverable-days', 'recoverableDays', false],
    ] as const;
    for (const [flag, key, mayBeNone] of named) {
      const text = flags[flag];
      if (text !== undefined) Object.assign(change, { [key]: daysOf(text, `--${flag}`, mayBeNone) });
    }
    const setting = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/retention`;
      return Object.keys(change).length === 0
        ? admin.get<RetentionView>(path)
        : admin.put<RetentionView>(path, change);
    });
    out.result(setting, () => show(out, setting));
  },
});

function daysOf(text: string, flag: string, mayBeNone: boolean): number | null {
  if (mayBeNone && text === 'none') return null;
  const count = Number(text);
  if (text.trim() === '' || !Number.isFinite(count)) {
    throw new UsageError(`${flag} is a number of days`, 'tenant retention');
  }
  return count;
}

function show(out: Output, setting: RetentionView): void {
  const say = (count: number | null) => (count === null ? 'for ever' : `${count} days`);
  out.line(`removed mail     can be brought back for ${say(setting.recoverableDays)}`);
  out.line(`Deleted Items    ${say(setting.deletedDays)}`);
  out.line(`Junk Email       ${say(setting.junkDays)}`);
  out.line(`user exceptions  ${setting.userExceptions ? 'allowed' : 'none'}`);
  for (const { role, name, days: count, action, measure } of setting.folders) {
    const which = name === undefined ? `role ${role ?? ''}` : `name ${printable(name)}`;
    out.line(`${which.padEnd(16)} ${action} after ${count} days, counted from ${measure}`);
  }
}
