import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Postfix of its own: configuration, queue and mailboxes in a folder that is removed at the end. */
export interface Postfix {
  version: string;
  port: number;
  /** Every message that has arrived, as it was filed, by the address it was filed for. */
  arrived(): { recipient: string; content: Buffer }[];
  log(): string;
  stop(): void;
}

/** master(5): name, type, private, unprivileged, chroot, wakeup, processes, program. */
const SERVICES = [
  'anvil unix - - n - 1 anvil',
  'bounce unix - - n - 0 bounce',
  'cleanup unix n - n - 0 cleanup',
  'defer unix - - n - 0 bounce',
  'error unix - - n - - error',
  'postlog unix-dgram n - n - 1 postlogd',
  'proxymap unix - - n - - proxymap',
  'qmgr unix n - n 300 1 qmgr',
  'retry unix - - n - - error',
  'rewrite unix - - n - - trivial-rewrite',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'trace unix - - n - 0 bounce',
  'virtual unix - n n - - virtual',
];

export function findPostfix(): string | null {
  const places = (process.env['PATH'] ?? '').split(':').concat('/usr/sbin', '/sbin');
  return places.map((place) => join(place, 'postfix')).find((path) => existsSync(path)) ?? null;
}

/** Domain arrive.test takes everything but refused@ and later@. `tls`: certificate and key for STARTTLS, in PEM. */
export async function startPostfix(
  program: string,
  { tls, maxBytes }: { tls: { cert: string; key: string }; maxBytes: number },
): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'postfix-'));
  const at = (name: string) => join(folder, name);
  chmodSync(folder, 0o755);
  const owner = idOf('postfix');
  for (const name of ['etc', 'queue', 'data', 'mail']) mkdirSync(at(name));
  run('chown', ['postfix', at('data'), at('mail')]);
  writeFileSync(at('etc/tls.pem'), tls.key + tls.cert, { mode: 0o600 });
  const port = await freePort();
  const settings = {
    compatibility_level: '3.6',
    queue_directory: at('queue'),
    data_directory: at('data'),
    maillog_file: at('log'),
    maillog_file_prefixes: folder,
    mail_owner: 'postfix',
    myhostname: 'mx.arrive.test',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    mynetworks: '127.0.0.0/8',
    virtual_mailbox_domains: 'arrive.test',
    virtual_mailbox_base: at('mail'),
    virtual_mailbox_maps: 'static:inbox/',
    virtual_uid_maps: `static:${owner}`,
    virtual_gid_maps: `static:${idOf('postfix', '-g')}`,
    virtual_minimum_uid: '1',
    virtual_mailbox_limit: '0',
    message_size_limit: String(maxBytes),
    smtputf8_enable: 'yes',
    smtpd_tls_security_level: 'may',
    smtpd_tls_chain_files: at('etc/tls.pem'),
    smtpd_recipient_restrictions:
      'check_recipient_access inline:{{refused@arrive.test = 550 5.1.1 nobody here}, {later@arrive.test = 450 4.2.0 come again}}, permit_mynetworks, reject',
    // What arrives is to be what was sent.
    local_header_rewrite_clients: '',
    notify_classes: '',
  };
  writeFileSync(
    at('etc/main.cf'),
    Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  );
  const services = [`127.0.0.1:${port} inet n - n - - smtpd`, ...SERVICES];
  writeFileSync(at('etc/master.cf'), services.map((line) => `${line}\n`).join(''));
  const stop = () => {
    spawnSync(program, ['-c', at('etc'), 'stop'], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  };
  // Its daemons would keep a pipe open for ever.
  const started = spawnSync(program, ['-c', at('etc'), 'start'], { stdio: 'ignore' });
  const log = () => (existsSync(at('log')) ? readFileSync(at('log'), 'utf8') : '');
  if (started.status !== 0 || !(await answers(port))) {
    const why = `status ${started.status} ${log()}`;
    stop();
    throw new Error(`postfix does not start: ${why}`);
  }
  return {
    version: run(program.replace(/postfix$/, 'postconf'), ['-c', at('etc'), '-h', 'mail_version']).trim(),
    port,
    arrived() {
      const inbox = at('mail/inbox/new');
      if (!existsSync(inbox)) return [];
      return readdirSync(inbox).map((name) => {
        const content = readFileSync(join(inbox, name));
        const [, recipient = ''] =
          /^Delivered-To: (.*)$/m.exec(content.subarray(0, 4096).toString('utf8')) ?? [];
        return { recipient, content };
      });
    },
    log,
    stop,
  };
}

function run(command: string, args: string[]): string {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr ?? done.error}`);
  return done.stdout;
}

function idOf(user: string, option = '-u'): string {
  return run('id', [option, user]).trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.setTimeout(2000, () => socket.destroy());
      socket.once('data', () => resolve(true)).once('error', () => undefined);
      socket.once('close', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (greeted) return true;
    await sleep(100);
  }
  return false;
}
