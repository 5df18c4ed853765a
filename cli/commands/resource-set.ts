import type { ResourceView, SetResource } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { showResource } from './resource-show.ts';

const NAME = 'resource set';

export const resourceSet = defineCommand({
  name: NAME,
  summary: 'make a user a room or equipment whose mailbox answers invitations by itself',
  details:
    'A meeting is accepted when the resource is free and it lies within the limits, and declined otherwise.\nWhat is left out stays as it is.',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {
    kind: { type: 'string', value: 'KIND', help: 'room, equipment, or none for an ordinary user' },
    'auto-accept': { type: 'string', value: 'on|off', help: 'answer invitations (default on)' },
    'allow-conflicts': {
      type: 'string',
      value: 'on|off',
      help: 'take several meetings at a time (default off)',
    },
    'max-duration': { type: 'string', value: 'MINUTES', help: 'longest meeting, or none (default 1440)' },
    window: { type: 'string', value: 'DAYS', help: 'how far ahead it can be booked, or none (default 180)' },
  },
  examples: [
    'waypost resource set room1@example.test --kind room --max-duration 240',
    'waypost resource set beamer@example.test --kind equipment --window none',
  ],
  async run({ args: [address = ''], flags, out }) {
    const change: SetResource = {
      kind: kindOf(flags.kind),
      autoAccept: switchOf(flags['auto-accept'], '--auto-accept'),
      allowConflicts: switchOf(flags['allow-conflicts'], '--allow-conflicts'),
      maxMinutes: numberOf(flags['max-duration'], '--max-duration'),
      windowDays: numberOf(flags.window, '--window'),
    };
    const view = await withLocalServer(({ admin }) =>
      admin.put<ResourceView>(`/users/${encodeURIComponent(address)}/resource`, change),
    );
    out.result(view, () => showResource(out, view));
  },
});

function kindOf(text: string | undefined): SetResource['kind'] {
  if (text === undefined || text === 'room' || text === 'equipment' || text === 'none') return text;
  throw new UsageError('--kind is room, equipment or none', NAME);
}

function switchOf(text: string | undefined, flag: string): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`${flag} is on or off`, NAME);
}

function numberOf(text: string | undefined, flag: string): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError(`${flag} is a whole number over 0, or none`, NAME);
  return Number(text);
}
