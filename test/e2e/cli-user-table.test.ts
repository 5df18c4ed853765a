import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportedUser, UserView } from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

let server: Waypost;
let cli: CommandLine;

beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  await cli.waypost('domain', 'add', 'table.test');
  await cli.waypost('domain', 'add', 'other.test');
  await cli.waypost('group', 'add', 'all@table.test');
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
});

/** A file of the test; its path. */
function file(name: string, text: string): string {
  const path = join(cli.home, name);
  writeFileSync(path, text);
  return path;
}

const signIn = async (address: string, password: string) =>
  (
    await server.fetch('/EWS/Exchange.asmx', {
      headers: { authorization: `Basic ${btoa(`${address}:${password}`)}` },
    })
  ).status;
const importing = (path: string, ...flags: string[]) =>
  cli.waypost('user', 'import', 'table.test', path, ...flags);
const outcomes = async (path: string, ...flags: string[]) => {
  const { out } = await importing(path, ...flags, '--json');
  return (JSON.parse(out) as { results: ImportedUser[] }).results.map(({ outcome }) => outcome);
};

const PEOPLE = [
  '\ufeffAddress;Name;Password;Quota;Aliases;Groups;Status;Role',
  'ann@table.test;"Lee; Ann";a-password-1;2G;ann.lee@table.test;all@table.test;;admin',
  'bob@table.test;"Bob ""B"" Roe";;none;;;noMail;',
  'cyd@table.test;Čeněk;;;"c1@table.test, c2@table.test";all@table.test;disabled;',
  '',
].join('\r\n');

describe('waypost user import', () => {
  it('names every fault by line and column, and then does nothing at all', async () => {
    const path = file(
      'faulty.csv',
      [
        'address,name,password,quota,aliases,groups,status,role',
        'good@table.test,Good,a-password-1,,,,,',
        'nobody,,,,,,,',
        'eve@other.test,,,,,,,',
        'bad@table.test,,short,much,good@table.test,none@table.test,gone,king',
        '"GOOD@table.test",again,,,,,,',
      ].join('\n'),
    );
    const { code, out, err } = await importing(path);
    expect(code).toBe(1);
    expect(err).toContain('4 of 5 lines are at fault');
    expect(out).toContain('Nothing was done.');
    const faults = out
      .split('\n')
      .flatMap((line) => /^(\d+) {2,}(\w+) /.exec(line)?.slice(1, 3).join(' ') ?? []);
    expect(faults).toEqual([
      ...['3 address', '4 address', '5 password', '5 quota', '5 status', '5 role', '5 aliases', '5 groups'],
      '6 address',
    ]);
    expect((await cli.waypost('user', 'list', '--domain', 'table.test')).out).toContain('There are no users');
    const wrong = [
      ['name,quota\nAnn,5', 'no column "address"'],
      ['address,Address\na@table.test,b', 'a column twice'],
      ['address\na@table.test,b', 'line 2: it has more fields'],
      ['address\n"a@table.test', 'line 2: a quote is never closed'],
    ] as const;
    for (const [text, message] of wrong)
      expect((await importing(file('wrong.csv', text))).err).toContain(message);
    writeFileSync(path, new Uint8Array([0x61, 0xff]));
    expect((await importing(path)).err).toContain('not in UTF-8');
  });

  it('says what it would do, does it, and does nothing the second time', async () => {
    const path = file('people.csv', PEOPLE);
    expect(await outcomes(path, '--dry-run')).toEqual(['created', 'created', 'created']);
    expect((await cli.waypost('user', 'list', '--domain', 'table.test')).out).toContain('There are no users');
    const { out, err } = await importing(path, '--generate');
    expect(err).toBe('');
    expect(out).toContain('3 users are new.');
    const password = /bob@table\.test +([a-z0-9-]{19})/.exec(out)?.[1] ?? '';
    expect(await signIn('bob@table.test', password)).not.toBe(401);
    expect(await signIn('ann.lee@table.test', 'a-password-1')).not.toBe(401);
    expect(await server.admin<UserView>('GET', '/users/ann@table.test')).toMatchObject({
      ...{ displayName: 'Lee; Ann', status: 'active', quotaBytes: 2 * 1024 ** 3 },
    });
    expect((await cli.waypost('role', 'list', 'table.test')).out).toContain('ann@table.test');
    expect(await server.admin('GET', '/groups/all@table.test')).toMatchObject({
      members: ['ann@table.test', 'cyd@table.test'],
    });
    expect(await outcomes(path)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  it('changes users who are there only when asked to, and never their passwords', async () => {
    const path = file('people.csv', PEOPLE.replace('noMail;', 'active;').replace('Čeněk', 'Čeněk Novák'));
    expect(await outcomes(path)).toEqual(['unchanged', 'differs', 'differs']);
    expect((await importing(path)).out).toContain('With --update');
    expect(await outcomes(path, '--update')).toEqual(['unchanged', 'updated', 'updated']);
    expect(await outcomes(path, '--update')).toEqual(['unchanged', 'unchanged', 'unchanged']);
    const cyd = await server.admin<UserView>('GET', '/users/cyd@table.test');
    expect([cyd.displayName, cyd.status]).toEqual(['Čeněk Novák', 'disabled']);
    const other = PEOPLE.replace('a-password-1', 'a-password-2');
    await importing(file('other.csv', other), '--update');
    expect(await signIn('ann@table.test', 'a-password-1')).not.toBe(401);
  });

  it('takes many lines in parts, finds the same user in two of them, and leaves faulty ones out when told to', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `many${n}@table.test,Many ${n}`);
    const path = file('many.csv', ['address,name', ...lines, 'many0@table.test,Again', 'x,y', ''].join('\n'));
    const { code, out } = await importing(path, '--skip-faulty');
    expect(code).toBe(1);
    expect(out).toContain('60 users are new.');
    expect(out).toContain('many0@table.test stands in line 2 as well');
    expect((await server.admin<UserView>('GET', '/users/many0@table.test')).displayName).toBe('Many 0');
  });

  it('is the same over HTTP with the table itself, in which a token for users makes no administrators', async () => {
    const { tenantId } = await server.admin<UserView>('GET', '/users/ann@table.test');
    const post = (token: string, body: string) =>
      server.fetch(`/admin/v1/tenants/${tenantId}/users/import?dryRun=true`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
        body: new TextEncoder().encode(body),
      });
    const { token } = await server.admin<{ token: string }>('POST', '/tokens', {
      ...{ name: 'people', role: 'admin', tenantId, topics: ['users'] },
    });
    const table = 'address,role\r\nnew@table.test,\r\nking@table.test,admin\r\n';
    const answer = (await (await post(token, table)).json()) as { results: ImportedUser[] };
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(['created', 'faulty']);
    expect(answer.results[1]?.faults).toEqual([
      { column: 'role', message: 'nobody gives away more than they have' },
    ]);
    expect((await post(server.adminToken, 'address\n"x')).status).toBe(400);
    expect((await post(server.adminToken, '')).status).toBe(400);
    expect((await post(server.adminToken, `address\n${'a@table.test\n'.repeat(51)}`)).status).toBe(400);
  });
});

describe('waypost user export', () => {
  it('writes what import reads, without secrets and without formulas', async () => {
    await server.admin('POST', '/users', { address: 'eq@table.test', displayName: '=HYPERLINK("x")' });
    const path = join(cli.home, 'out.csv');
    const { out } = await cli.waypost('user', 'export', 'table.test', '--csv', '--out', path);
    expect(out).toContain('64 users are in');
    const text = readFileSync(path, 'utf8');
    expect(text.split('\r\n').slice(0, 2)).toEqual([
      'address,name,quota,aliases,groups,status,role',
      `ann@table.test,"Lee; Ann",${2 * 1024 ** 3},ann.lee@table.test,all@table.test,active,admin`,
    ]);
    expect(text).toContain(`eq@table.test,"'=HYPERLINK(""x"")"`);
    expect(text).not.toContain('argon2');
    const same = await outcomes(path, '--update');
    expect(same.every((one) => one === 'unchanged')).toBe(true);
    expect((await cli.waypost('user', 'export', 'table.test')).out).toContain('ann@table.test,"Lee; Ann"');
  });
});
