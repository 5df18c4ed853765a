import { CLIENT_VERSIONS } from '../activesync-client/versions.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { openHome, readInstallation } from '../local/home.ts';
import { remoteUrl } from '../remote/target.ts';

export const phone = defineCommand({
  name: 'phone',
  summary: 'be a phone: sign in, sync the Inbox over ActiveSync, show new mail as it arrives',
  details:
    'Works with the local server and, with --url, with any other ActiveSync server. The client is strict: whatever\n' +
    'in an answer breaks the specifications ends it with the section that says so.',
  positionals: [{ name: 'address', help: 'address (or alias) to sign in with' }],
  flags: {
    url: { type: 'string', value: 'URL', help: 'another server, e.g. https://mail.example.com' },
    password: {
      type: 'string',
      value: 'TEXT',
      help: 'password or app password (else WAYPOST_PASSWORD; demo users need none)',
    },
    once: { type: 'boolean', help: 'do not wait for new mail' },
    protocol: {
      type: 'string',
      value: 'VERSION',
      help: `${CLIENT_VERSIONS.join(', ')} (default: the newest of both)`,
    },
    base64: { type: 'boolean', help: 'send the binary query that iPhones and Outlook use' },
    limit: { type: 'string', value: 'N', help: 'messages to show at first (default 20)' },
    heartbeat: { type: 'string', value: 'SECONDS', help: 'longest wait of a Ping (default 480)' },
    'device-id': {
      type: 'string',
      value: 'ID',
      help: 'device to be (default: one for this machine and address)',
    },
  },
  examples: [
    'waypost phone alice@demo.test',
    'waypost phone ann@example.com --url https://mail.example.com --password "…" --once',
  ],
  async run({ args: [address = ''], flags, out }) {
    if (out.json && !flags.once) throw new UsageError('--json goes with --once', 'phone');
    const version = CLIENT_VERSIONS.find((v) => v === flags.protocol);
    if (flags.protocol !== undefined && version === undefined) {
      throw new UsageError(`--protocol is one of ${CLIENT_VERSIONS.join(', ')}`, 'phone');
    }
    const settings = {
      limit: numberOf(flags.limit, 20, 'limit'),
      heartbeat: numberOf(flags.heartbeat, 480, 'heartbeat'),
      once: flags.once,
      version,
      out,
    };
    const password =
      flags.password ?? process.env['WAYPOST_PASSWORD'] ?? (await demoPassword(address, flags.url));
    if (password === null) {
      throw new CommandError(`no password for ${address}: give --password, or set WAYPOST_PASSWORD`);
    }
    const { runPhone } = await import('../phone/run.ts');
    const connect = (url: URL) =>
      runPhone(
        { url, user: address, password, deviceId: flags['device-id'], base64: flags.base64 },
        settings,
      );
    if (flags.url === undefined) await withLocalServer(({ url }) => connect(url));
    else await connect(urlOf(flags.url));
  },
});

function numberOf(text: string | undefined, usual: number, flag: string): number {
  if (text === undefined) return usual;
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`--${flag} ${text} is no number`, 'phone');
  return Number(text);
}

function urlOf(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--url ${text} is no http or https address`, 'phone');
  }
  return url;
}

/** The password of a demo user, never sent to another server than the local one. */
async function demoPassword(address: string, url: string | undefined): Promise<string | null> {
  if (url !== undefined || remoteUrl() !== null) return null;
  const demo = (await readInstallation(openHome()))?.demo ?? [];
  return demo.find((u) => u.address === address.toLowerCase())?.password ?? null;
}
