import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CarrierView, SetCarrier } from '../../shared/admin-api.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { carrierPath, relayDomain, showCarrier } from './relay-path.ts';

const SECURITY = ['tls', 'starttls', 'opportunistic', 'plain'] as const;
const MECHANISMS = ['auto', 'plain', 'login', 'xoauth2'] as const;

export const relaySet = defineCommand({
  name: 'relay set',
  summary: 'choose the way of a tenant’s mail to other hosts',
  details:
    'An SMTP relay by --host, Cloudflare Email Service by --cloudflare, a sender of your own that comes for the mail by\n' +
    '--external (docs/data-service.md), or none at all by --none. A password that is\n' +
    'left out stays what it was, for the same host and user. --links on makes links of attachments that are too large.',
  positionals: [relayDomain],
  flags: {
    host: { type: 'string', value: 'NAME', help: 'host name of the relay' },
    port: { type: 'string', value: 'N', help: 'port (465 with --security tls, else 587)' },
    security: { type: 'string', value: 'WAY', help: `${SECURITY.join(', ')} (default tls)` },
    user: { type: 'string', value: 'NAME', help: 'user name to sign in with' },
    password: { type: 'string', value: 'TEXT', help: 'password, or access token for xoauth2' },
    'password-file': { type: 'string', value: 'FILE', help: 'file that holds it; - reads standard input' },
    mechanism: { type: 'string', value: 'NAME', help: `${MECHANISMS.join(', ')} (default auto)` },
    'max-bytes': { type: 'string', value: 'N', help: 'largest message that the relay takes' },
    cloudflare: { type: 'boolean', help: 'Cloudflare Email Service (binding SEND_EMAIL)' },
    external: { type: 'boolean', help: 'a sender of your own comes for it (data service)' },
    none: { type: 'boolean', help: 'nothing leaves this installation' },
    links: { type: 'string', value: 'on|off', help: 'links for attachments that are too large' },
  },
  examples: [
    'waypost relay set example.test --host smtp.example.com --user ann --password-file token.txt',
    'waypost relay set example.test --host 127.0.0.1 --port 2525 --security plain',
    'waypost relay set example.test --cloudflare --links on',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const ways = [flags.host !== undefined, flags.cloudflare, flags.external, flags.none].filter(
      Boolean,
    ).length;
    if (ways > 1 || (ways === 0 && flags.links === undefined)) {
      throw new UsageError('give one of --host, --cloudflare, --external, --none, or --links', 'relay set');
    }
    const links =
      flags.links === undefined ? null : oneOf('--links', flags.links, ['on', 'off'] as const) === 'on';
    const setting = ways === 0 ? null : await settingOf(flags);
    const view = await withLocalServer(async ({ admin }) => {
      const path = await carrierPath(admin, domain);
      if (setting !== null) await admin.put<CarrierView>(path, setting);
      if (links !== null) {
        await admin.put<CarrierView>(path.replace(/carrier$/, 'attachment-links'), { enabled: links });
      }
      return admin.get<CarrierView>(path);
    });
    out.result(view, () => showCarrier(out, domain, view));
  },
});

async function settingOf(flags: Record<string, string | boolean | undefined>): Promise<SetCarrier> {
  if (flags['cloudflare'] === true) return { kind: 'cloudflare-email' };
  if (flags['external'] === true) return { kind: 'external' };
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
  const host = text('host');
  if (host === undefined) return { kind: 'none' };
  const security = oneOf('--security', text('security') ?? 'tls', SECURITY);
  const port = numberOf('--port', text('port') ?? (security === 'tls' ? '465' : '587'));
  const maxBytes = text('max-bytes');
  const user = text('user');
  const secret = await secretOf(text('password'), text('password-file'));
  if (user === undefined && secret !== undefined)
    throw new UsageError('a password needs --user', 'relay set');
  const mechanism = oneOf('--mechanism', text('mechanism') ?? 'auto', MECHANISMS);
  return {
    ...{ kind: 'smtp-relay', host, port, security },
    auth: user === undefined ? null : { user, mechanism, secret },
    ...(maxBytes === undefined ? {} : { maxBytes: numberOf('--max-bytes', maxBytes) }),
  };
}

async function secretOf(given: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return given;
  try {
    const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
    return content.replace(/\r?\n$/, '');
  } catch (error) {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageError(`${flag} is one of ${allowed.join(', ')}`, 'relay set');
  return found;
}

function numberOf(flag: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`${flag} ${value} is no number`, 'relay set');
  return Number(value);
}
