import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demoMessages } from '../../cli/demo/messages/index.ts';
import { Launcher } from '../support/cli.ts';

const cli = new Launcher();
const waypost = (argv: string[], input?: string) => cli.waypost(argv, input === undefined ? {} : { input });
const start = (...flags: string[]) => cli.start(...flags);
const stop = () => cli.stop();

const LETTER = [
  'From: "Zoë Ünal" <zoe@sender.example>',
  'To: ann@cli.test',
  'Subject: =?utf-8?B?R3LDvMOfZSDwn46J?=',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Schöne Grüße aus dem Test.',
  '',
].join('\r\n');

afterAll(() => cli.end());

describe('before the first start', () => {
  it('says what to do', async () => {
    const { code, err } = await waypost(['domain', 'list']);
    expect(code).toBe(1);
    expect(err).toContain('npm start');
  });
});

describe('a running server', () => {
  beforeAll(async () => {
    await start('--empty');
  });
  afterAll(stop);

  it('is described in dev.json, for its owner only', async () => {
    const running = JSON.parse(readFileSync(join(cli.home, 'dev.json'), 'utf8'));
    expect(running).toMatchObject({ users: [], pid: cli.server?.pid });
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
    const tenants = await fetch(`${running.url}/admin/v1/tenants`, {
      headers: { authorization: `Bearer ${running.adminToken}` },
    });
    expect(tenants.status).toBe(200);
  });

  it('is not started twice', async () => {
    const { code, err } = await waypost(['start', '--port', '0']);
    expect(code).toBe(1);
    expect(err).toContain('already running');
  });

  it('takes a domain, users and an alias', async () => {
    expect((await waypost(['domain', 'add', 'cli.test'])).out).toContain('Added cli.test');
    const add = [
      'user',
      'add',
      'ann@cli.test',
      '--password',
      'correct horse',
      '--name',
      'Ann Lee',
      '--app-password',
    ];
    const { out } = await waypost([...add, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      address: 'ann@cli.test',
      displayName: 'Ann Lee',
      appPassword: expect.stringMatching(/^\w{4}-\w{4}-\w{4}-\w{4}$/),
    });
    expect(await waypost(add)).toMatchObject({ code: 1, err: expect.stringContaining('is taken') });
    expect((await waypost(['alias', 'add', 'sales@cli.test', 'ann@cli.test'])).code).toBe(0);
    expect((await waypost(['domain', 'catch-all', 'cli.test', 'ann@cli.test'])).code).toBe(0);
    expect((await waypost(['route', 'sales+x@cli.test'])).out).toContain('ann@cli.test');
  });

  it('gets mail by "deliver" and shows it to a phone', async () => {
    const { code, out } = await waypost(['deliver', '-', '--to', 'sales@cli.test'], LETTER);
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^Accepted: \d+ bytes from zoe@sender.example to sales@cli.test, mailbox ann@cli.test\.\n$/,
      ),
    });
    const phone = await waypost(['phone', 'ann@cli.test', '--password', 'correct horse', '--once', '--json']);
    expect(phone.err).toBe('');
    const { protocol, folders, inbox } = JSON.parse(phone.out);
    expect(protocol).toBe('16.1');
    expect(folders.map((f: { kind: string }) => f.kind)).toContain('Inbox');
    expect(inbox.newest).toMatchObject([
      {
        subject: 'Grüße 🎉',
        from: '"Zoë Ünal" <zoe@sender.example>',
        preview: 'Schöne Grüße aus dem Test.',
        read: false,
      },
    ]);
  });

  it.each([
    '12.1',
    '14.0',
    '14.1',
    '16.0',
  ])('speaks ActiveSync %s to a phone with a binary query', async (version) => {
    const account = ['phone', 'ann@cli.test', '--password', 'correct horse', '--device-id', `V${version}`];
    const { code, out } = await waypost([...account, '--once', '--protocol', version, '--base64']);
    expect(code).toBe(0);
    expect(out).toContain(`ActiveSync ${version}`);
    expect(out).toContain('Grüße 🎉');
  });

  it('wakes a phone that waits', async () => {
    const phone = cli.spawn('phone', 'ann@cli.test', '--password', 'correct horse');
    let text = '';
    phone.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const shows = async (words: string) => {
      while (!text.includes(words)) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    try {
      await shows('Waiting for new mail');
      await waypost(
        ['deliver', '-', '--to', 'ann@cli.test'],
        LETTER.replace(/^Subject:.*$/m, 'Subject: While you wait'),
      );
      await shows('While you wait');
    } finally {
      const ended = new Promise((resolve) => phone.on('exit', resolve));
      phone.kill('SIGINT');
      expect(await ended).toBe(0);
    }
  });

  it('refuses mail for strangers in the words of the Worker', async () => {
    const { code, out, err } = await waypost(['deliver', '-', '--to', 'x@elsewhere.test'], LETTER);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^waypost: rejected: 5\d\d /);
  });

  it('refuses a wrong password in words that a person can read', async () => {
    const { code, err } = await waypost(['phone', 'ann@cli.test', '--password', 'wrong', '--once']);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('refuses this address or password'),
    });
  });

  it('has no dead letters', async () => {
    expect((await waypost(['dlq', 'list'])).out).toBe('There are no dead letters.\n');
    expect((await waypost(['dlq', 'list', '--json'])).out).toBe('[]\n');
    expect(await waypost(['dlq', 'replay', 'none'])).toMatchObject({ code: 1, out: '' });
  });

  it('reconciles', async () => {
    expect(await waypost(['reconcile'])).toMatchObject({ code: 0, out: 'Reconciled.\n' });
  });

  it('builds the search index anew', async () => {
    const { code, out } = await waypost(['reindex', 'ann@cli.test']);
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^ann@cli\.test: \d+ messages are/),
    });
    expect((await waypost(['reindex', '--all', '--from', 'zz', '--json'])).out).toBe('[]\n');
    expect(await waypost(['reindex'])).toMatchObject({ code: 2 });
  });
});

describe('the local state', () => {
  afterEach(stop);

  it('is there for commands that find no server', async () => {
    expect(existsSync(join(cli.home, 'dev.json'))).toBe(false);
    const { out } = await waypost(
      ['deliver', '-', '--to', 'info@cli.test'],
      LETTER.replace('Test.', 'Keller.'),
    );
    expect(out).toContain('Accepted');
    const list = JSON.parse((await waypost(['user', 'list', '--json'])).out);
    expect(list).toMatchObject([{ address: 'ann@cli.test', messages: 3 }]);
  });

  it('outlives a stop and a start, and Ctrl-C ends with 0', async () => {
    await start();
    expect((await waypost(['domain', 'list'])).out).toContain('cli.test');
    expect(await stop()).toBe(0);
    expect(existsSync(join(cli.home, 'dev.json'))).toBe(false);
    expect(existsSync(join(cli.home, 'lock'))).toBe(false);
  });

  it('is forgotten with --fresh, which makes the demo tenant with all of its messages', async () => {
    const { text } = await start('--fresh');
    expect((await waypost(['domain', 'list', '--json'])).out).not.toContain('cli.test');
    const users = JSON.parse((await waypost(['user', 'list', '--json'])).out) as {
      address: string;
      messages: number;
    }[];
    expect(users.map((u) => u.address)).toEqual(['alice@demo.test', 'bob@demo.test', 'carol@demo.test']);
    expect(users.reduce((sum, u) => sum + u.messages, 0)).toBe(demoMessages().length);
    for (const { address } of users) expect(text).toContain(address);
    // The commands that the start suggests work as they are printed.
    const phone = await waypost(['phone', 'alice@demo.test', '--once', '--limit', '100']);
    expect(phone.code).toBe(0);
    expect(phone.out).toContain('来週の打ち合わせについて');
  });
});

describe('a port that is taken', () => {
  it('is told in one sentence', async () => {
    const { createServer } = await import('node:http');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, err } = await waypost(['start', '--port', String(port)]);
    other.close();
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`port ${port} is taken`) });
  });
});
