import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../cli/local/port.ts';

const JAR = '/usr/share/davmail/davmail.jar';
const START_MS = 120_000;

export interface DavMail {
  ports: Record<'imap' | 'smtp' | 'caldav' | 'ldap', number>;
  stop(): Promise<void>;
}

/** Whether DavMail and a Java to run it are here. */
export function hasDavMail(): boolean {
  return existsSync(JAR) && spawnSync('java', ['-version']).status === 0;
}

/** Starts DavMail in front of this server, on free ports of the loopback address and with a folder of its own. */
export async function startDavMail(url: URL): Promise<DavMail> {
  const dir = mkdtempSync(join(tmpdir(), 'waypost-davmail-'));
  const [imap, smtp, caldav, ldap] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const ports = { imap, smtp, caldav, ldap };
  const settings: Record<string, string | number | boolean> = {
    'davmail.server': true,
    'davmail.mode': 'EWS',
    'davmail.url': url.href,
    'davmail.bindAddress': '127.0.0.1',
    'davmail.allowRemote': false,
    'davmail.disableUpdateCheck': true,
    'davmail.enableProxy': false,
    'davmail.useSystemProxies': false,
    'davmail.imapPort': imap,
    'davmail.smtpPort': smtp,
    'davmail.caldavPort': caldav,
    'davmail.ldapPort': ldap,
    'davmail.popPort': '',
    'davmail.imapIdleDelay': 1,
    'davmail.smtpSaveInSent': true,
    'davmail.caldavAutoSchedule': true,
    'davmail.logFilePath': join(dir, 'davmail.log'),
    'log4j.rootLogger': 'WARN',
    'log4j.logger.davmail': 'INFO',
  };
  const file = join(dir, 'davmail.properties');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''));
  const java = spawn('java', ['-Djava.awt.headless=true', '-Xmx256M', '-jar', JAR, file], {
    cwd: dir,
    stdio: 'ignore',
    env: { ...process.env, SWT_GTK3: '0' },
  });
  const stop = async () => {
    await ended(java);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (const end = Date.now() + START_MS; !(await listens(Object.values(ports))); await sleep(200)) {
      if (java.exitCode !== null || Date.now() > end) throw new Error('DavMail does not start');
    }
  } catch (error) {
    const log = join(dir, 'davmail.log');
    if (existsSync(log)) console.error(readFileSync(log, 'utf8').slice(-4000));
    await stop();
    throw error;
  }
  return { ports, stop };
}

async function listens(ports: number[]): Promise<boolean> {
  const answers = ports.map(
    (port) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      }),
  );
  return (await Promise.all(answers)).every(Boolean);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await closed;
  clearTimeout(hard);
}
