/** What a person does on bad days, with the command line alone. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../cli/drill/run.ts';
import { newInstallation, openHome, writeInstallation } from '../../cli/local/home.ts';
import { Launcher } from '../support/cli.ts';

const cli = new Launcher();
const waypost = (argv: string[], env?: Record<string, string>) =>
  cli.waypost(argv, env === undefined ? {} : { env });
afterAll(() => cli.end());

describe('the command line on bad days', () => {
  it('writes down, checks, rebuilds and reconciles a small installation, and says what it found', async () => {
    await writeInstallation(openHome(cli.home), newInstallation('d1'));
    await waypost(['domain', 'add', 'example.test']);
    await waypost(['user', 'add', 'ann@example.test', '--password', 'a long password']);
    expect(await waypost(['snapshot'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 mailboxes'),
    });
    // From here on with a server that runs: a command that finds none takes the time of starting one.
    await cli.start('--empty');
    const check = await waypost(['check', '--json', '--young']);
    expect(check.code).toBe(0);
    expect(JSON.parse(check.out)).toMatchObject({ findings: [], mailboxes: 1 });
    const rebuilt = await waypost(['rebuild', '--json']);
    expect(JSON.parse(rebuilt.out)).toMatchObject({ mailboxes: 1, intact: 1, restored: 0, lost: [] });
    expect(await waypost(['rebuild', '--user', 'ann@example.test', '--dry-run', '--force'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('would be made again'),
    });
    expect(await waypost(['reconcile', '--all'])).toMatchObject({ code: 0, out: 'Reconciled.\n' });
  }, 240_000);

  it('shows, counts, replays and discards dead letters', async () => {
    expect((await waypost(['dlq', 'counts'])).out).toContain('no dead letters');
    expect(await waypost(['dlq', 'list', '--state', 'odd'])).toMatchObject({ code: 2 });
    expect(await waypost(['dlq', 'replay'])).toMatchObject({ code: 2 });
    expect(await waypost(['dlq', 'replay', 'x', '--all'])).toMatchObject({ code: 2 });
    expect(await waypost(['dlq', 'replay', '--all'])).toMatchObject({ code: 0, out: 'Sent 0 again.\n' });
    expect(await waypost(['dlq', 'discard', 'nope'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no such dead letter'),
    });
  }, 240_000);

  it('works on another installation when the environment names one', async () => {
    const asked: string[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ items: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const env = { WAYPOST_URL: `http://127.0.0.1:${port}`, WAYPOST_ADMIN_TOKEN: 'a-token-of-that-one' };
    expect((await waypost(['dlq', 'counts'], env)).out).toContain('no dead letters');
    expect(asked).toEqual(['GET /admin/v1/dead-letters/counts Bearer a-token-of-that-one']);
    server.close();
  });

  it('rehearses a loss of the databases: no message is missing, and the figures say how it went (F15, I28)', async () => {
    await cli.stop();
    const rehearse = async (...flags: string[]) => {
      const argv = ['drill', '--fresh', '--messages', '12', '--seconds', '2', '--json', ...flags];
      const { code, out, err } = await waypost(argv);
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
      const report = JSON.parse(out) as DrillReport;
      expect(report).toMatchObject({ passed: true, items: 24, delivered: 12, findings: [], mailboxes: 1 });
      expect(report.difference).toMatchObject({ missing: 0, extra: 0, mailboxes: 0 });
      // Of the actions after the backup those of the last seconds may be lost, and nothing of before it.
      expect(report.rpo.changes).toBeLessThanOrEqual(report.actions);
      expect(report.rpo.seconds).toBeLessThanOrEqual(report.backupAgeSeconds + 1);
    };
    await Promise.all([rehearse(), rehearse('--total')]);
  }, 240_000);
});
