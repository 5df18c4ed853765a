import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { D1Database } from '@cloudflare/workers-types/experimental';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditView } from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

let server: Waypost;
let cli: CommandLine;
const waypost = (...argv: string[]) => cli.waypost(...argv);

/** The queue has brought all that was done before. */
async function settled(action: string, count: number): Promise<AuditView[]> {
  for (let n = 0; ; n++) {
    const found = await cli.json<AuditView[]>('audit', 'list', '--action', action);
    if (found.length >= count) return found;
    if (n > 100) throw new Error(`${found.length} of ${count} events`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  await waypost('domain', 'add', 'one.test');
  for (const name of ['ann', 'bob', 'eve']) {
    await waypost('user', 'add', `${name}@one.test`, '--password', 'a-password-1');
  }
  await settled('user.create', 3);
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
});

describe('waypost audit', () => {
  it('lists what was done, for people and for scripts', async () => {
    const { out } = await waypost('audit', 'list', '--tenant', 'one.test');
    expect(out).toMatch(/TIME +ACTOR +ACTION +RESOURCE/);
    expect(out).toContain('admin-token');
    const created = await cli.json<AuditView[]>('audit', 'list', '--action', 'user.create', '--limit', '2');
    expect(created.map((event) => event.protocol)).toEqual(['admin', 'admin']);
    const none = await waypost('audit', 'list', '--until', '2001-01-01');
    expect(none.out).toBe('There are no such events.\n');
    expect((await waypost('audit', 'list', '--since', 'yesterday')).code).toBe(2);
    expect((await waypost('audit', 'list', '--outcome', 'maybe')).code).toBe(2);
    expect((await waypost('audit', 'list', '--tenant', 'none.test')).err).toContain('no domain none.test');
  });

  it('exports to a file, and goes on with one that was begun', async () => {
    const file = join(cli.home, 'audit.ndjson');
    expect((await waypost('audit', 'export', file, '--tenant', 'one.test')).code).toBe(0);
    const whole = readFileSync(file, 'utf8');
    const rows = whole
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditView);
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, i) => i + 1));
    expect((await waypost('audit', 'export', file)).err).toContain('is there already');
    // Broke off in the middle of a line.
    const second = whole.indexOf('\n', whole.indexOf('\n') + 1);
    writeFileSync(file, whole.slice(0, second + 20));
    expect((await waypost('audit', 'export', file, '--tenant', 'one.test', '--resume')).code).toBe(0);
    expect(readFileSync(file, 'utf8').startsWith(whole)).toBe(true);
  });

  it('keeps for as long as is wanted', async () => {
    expect((await waypost('tenant', 'audit', 'one.test')).out).toContain('kept for 400 days');
    expect((await waypost('tenant', 'audit', 'one.test', '--days', 'none')).out).toContain('kept for ever');
    expect((await waypost('tenant', 'audit', 'one.test', '--days', '7')).code).toBe(1);
  });

  it('verifies, and ends with 1 when a row was changed', async () => {
    const fine = await waypost('audit', 'verify');
    expect(fine.out).toMatch(/^The audit log is whole: \d+ rows/);
    expect(fine.code).toBe(0);
    const { AUDIT } = await server.bindings<{ AUDIT: D1Database }>();
    await AUDIT.prepare(`update entries set actor = 'nobody' where action = 'user.create' and seq = 2`).run();
    const { code, out } = await waypost('audit', 'verify', '--tenant', 'one.test');
    expect(code).toBe(1);
    expect(out).toMatch(/changed +\S+ +2 +2 +rows are not as they were appended/);
  });
});
