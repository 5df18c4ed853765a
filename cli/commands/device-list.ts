import type { DeviceView, ListedDeviceView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';

const STATES = ['allowed', 'quarantined', 'blocked'];
const DAY_MS = 86_400_000;

export const deviceList = defineCommand({
  name: 'device list',
  summary: 'list the devices of a user, or of everybody',
  positionals: [{ name: 'address', help: 'address of a user; all users without', optional: true }],
  flags: {
    domain: { type: 'string', value: 'DOMAIN', help: 'those of users in this domain' },
    access: { type: 'string', value: 'STATE', help: `what they may do now: ${STATES.join(', ')}` },
    unseen: { type: 'string', value: 'DAYS', help: 'those that were not seen for so many days' },
    ...limitFlag,
  },
  examples: ['waypost device list ann@example.test', 'waypost device list --access quarantined'],
  async run({ args: [address = ''], flags: { domain, access, unseen, limit: text }, out }) {
    const limit = limitOf(text, 'device list');
    if (access !== undefined && !STATES.includes(access))
      throw new UsageError(`--access is one of ${STATES.join(', ')}`, 'device list');
    if (unseen !== undefined && !/^\d{1,5}$/.test(unseen))
      throw new UsageError('--unseen is a number of days', 'device list');
    if (address !== '' && (domain ?? access ?? unseen) !== undefined)
      throw new UsageError('--domain, --access and --unseen are for the devices of everybody', 'device list');
    const seenBefore = unseen === undefined ? undefined : Date.now() - Number(unseen) * DAY_MS;
    if (address === '') {
      const query = { domain, access, seenBefore };
      const items = await withLocalServer(({ admin }) =>
        listed<ListedDeviceView>(admin, '/devices', query, { limit }),
      );
      out.result(items, () => {
        const rows = items.map((d) => [d.address, ...columnsOf(d), wipeState(d)]);
        out.table(['user', ...COLUMNS, 'wipe'], rows, 'There are no such devices.');
      });
      return;
    }
    const items = await withLocalServer(({ admin }) =>
      listed<DeviceView>(admin, `/users/${encodeURIComponent(address)}/devices`, {}, { limit }),
    );
    out.result(items, () => {
      const rows = items.map((d) => [...columnsOf(d), d.policy.state, wipeState(d)]);
      out.table([...COLUMNS, 'policy', 'wipe'], rows, `${address} has no devices.`);
    });
  },
});

const COLUMNS = ['device', 'type', 'model', 'version', 'last seen', 'access'];

function columnsOf(device: Omit<DeviceView, 'policy'>): string[] {
  return [
    device.deviceId,
    device.deviceType,
    device.information.friendlyName ?? device.information.model ?? '-',
    device.protocolVersion,
    shortTime(device.lastSeenAt),
    device.effectiveAccess,
  ];
}

/** What is known of the wipe of a device, in a few words. */
function wipeState({ wipe, wiped }: Pick<DeviceView, 'wipe' | 'wiped'>): string {
  if (wipe !== null) {
    const what = wipe.kind === 'account' ? 'account ' : '';
    if (wipe.failedAt !== null) return `${what}failed ${shortTime(wipe.failedAt)}`;
    return wipe.sentAt === null ? `${what}requested` : `${what}sent ${shortTime(wipe.sentAt)}`;
  }
  return wiped === null ? '-' : `${wiped.kind === 'account' ? 'account ' : ''}done ${shortTime(wiped.at)}`;
}
