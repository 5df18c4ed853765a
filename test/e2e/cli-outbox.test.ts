import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutboxEntryView, UserSendingView } from '../../shared/admin-api.ts';
import { sendingKit } from '../protocol/sending-kit.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';

let relay: SmtpServer;
let full = true;
let server: Waypost;
let cli: CommandLine;
const waypost = (...argv: string[]) => cli.waypost(...argv);
const json = <T>(...argv: string[]) => cli.json<T>(...argv);
const { newPhone, request, plain, post } = sendingKit(() => server);

beforeAll(async () => {
  relay = await startSmtpServer({
    on: ({ verb }) => (verb === 'RCPT' && full ? '452 4.2.2 full' : undefined),
  });
  const vars = {
    RELAY_ALLOW_PRIVATE: '1',
    RELAY_PORTS: String(relay.port),
    OUTBOUND_DEFAULT: `smtp://127.0.0.1:${relay.port}`,
  };
  server = await startWaypost({ vars });
  cli = await commandLine(server);
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
  await relay?.stop();
});

async function until(look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await look())) {
    if (Date.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('waypost outbox', () => {
  it('shows what waits and why, tries it again, and takes back what is held', async () => {
    const ann = await newPhone();
    await post(ann, 'SendMail', request('SendMail', plain(ann, 'x@away.test', 'S')));
    const list = () => json<OutboxEntryView[]>('outbox', 'list', ann.address);
    await until(async () => (await list())[0]?.recipients[0]?.attempts === 1);
    const [entry] = await list();
    const id = entry?.submissionId ?? '';
    const open = await waypost('outbox', 'list', 'mail.test', '--state', 'open');
    expect(open.out).toContain(id);
    expect(open.out).toMatch(/1 queued .*4\.2\.2/);
    const shown = await waypost('outbox', 'show', ann.address, id);
    expect(shown.out).toMatch(/^x@away\.test +queued +1 .*smtp-relay.*full/m);
    full = false;
    expect((await waypost('outbox', 'retry', ann.address, id)).out).toBe('It is tried again.\n');
    await until(async () => (await list())[0]?.state === 'done');
    expect((await waypost('outbox', 'cancel', ann.address, id)).err).toMatch(/it has left/);

    expect((await waypost('user', 'sending', ann.address, '--undo', '600')).out).toMatch(/^undo +600 s$/m);
    await post(ann, 'SendMail', request('SendMail', plain(ann, 'x@away.test', 'T')));
    const held = (await list()).find((e) => e.state === 'held')?.submissionId ?? '';
    expect((await waypost('outbox', 'cancel', ann.address, held)).out).toBe('It is a draft again.\n');
    expect((await waypost('outbox', 'show', ann.address, 'x')).err).toMatch(/no such message/);
    expect((await waypost('outbox', 'list', ann.address, '--state', 'odd')).code).toBe(2);
  });
});

describe('waypost tenant sending, user unlock-sending, user grant-send', () => {
  it('limit, unlock and grant', async () => {
    const [ann, bob] = [await newPhone(), await newPhone()];
    const set = await waypost(
      'tenant',
      'sending',
      'mail.test',
      '--messages-per-hour',
      'none',
      '--fan-out',
      '1,2',
    );
    expect(set.code).toBe(0);
    expect(set.out).toMatch(/^messages-per-hour +none +50000$/m);
    expect(set.out).toMatch(/^sudden fan-out +over 1 and 2 times the usual$/m);
    const many = request('SendMail', plain(ann, 'a@away.test, b@away.test', 'Many'));
    expect(await post(ann, 'SendMail', many)).toBe('115');
    expect((await json<UserSendingView>('user', 'sending', ann.address)).lockedAt).toBeGreaterThan(0);
    expect((await waypost('user', 'unlock-sending', ann.address)).out).toBe(`${ann.address} may send.\n`);
    expect(await post(ann, 'SendMail', many)).toBe('sent');
    expect((await waypost('tenant', 'sending', 'mail.test', '--fan-out', 'off')).out).toMatch(/fan-out +off/);
    expect((await waypost('tenant', 'sending', 'mail.test', '--undo', 'soon')).code).toBe(2);

    expect((await waypost('user', 'grant-send', bob.address)).out).toMatch(/^Nobody else sends as/);
    const granted = await waypost('user', 'grant-send', bob.address, ann.address, '--kind', 'behalf');
    expect(granted.out).toContain(`on behalf of ${bob.address}`);
    const none = await waypost('user', 'grant-send', bob.address, ann.address, '--kind', 'none');
    expect(none.out).toMatch(/^Nobody else sends as/);
  });
});
