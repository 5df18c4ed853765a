import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

let server: Waypost;
let cli: CommandLine;
const waypost = (...argv: string[]) => cli.waypost(...argv);

/** A file in the directory of the test. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(cli.home, name);
  writeFileSync(path, content);
  return path;
}

beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  expect((await waypost('domain', 'add', 'cli.test')).code).toBe(0);
  expect((await waypost('user', 'add', 'ann@cli.test', '--password', 'correct horse')).code).toBe(0);
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
});

describe('waypost, the people of a tenant', () => {
  it('sets and shows attributes', async () => {
    const set = await waypost('user', 'attributes', 'ann@cli.test', '--title', 'Head of Sales', '--hide');
    expect(set).toMatchObject({ code: 0, err: '' });
    expect(set.out).toMatch(/title +Head of Sales\n/);
    expect(set.out).toMatch(/address list +hidden\n/);
    const shown = await waypost('user', 'attributes', 'ann@cli.test', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ title: 'Head of Sales', hidden: true, photo: null });
    expect((await waypost('user', 'attributes', 'ann@cli.test', '--show')).out).toMatch(/shown/);
    expect((await waypost('user', 'attributes', 'ann@cli.test', '--show', '--hide')).code).toBe(2);
  });

  it('sets and removes a photo', async () => {
    const png = file('ann.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]));
    expect((await waypost('user', 'photo', 'ann@cli.test', png)).out).toBe(
      'Photo set: image/png, 9 bytes.\n',
    );
    expect((await waypost('user', 'photo', 'ann@cli.test', '--remove')).out).toContain('removed');
    const refused = await waypost('user', 'photo', 'ann@cli.test', file('x.txt', 'no image'));
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('JPEG or PNG') });
    expect((await waypost('user', 'photo', 'ann@cli.test')).code).toBe(2);
    expect((await waypost('user', 'photo', 'ann@cli.test', join(cli.home, 'absent.png'))).code).toBe(1);
  });

  it('adds, imports, lists and removes shared contacts', async () => {
    const add = await waypost('contact', 'add', 'cli.test', 'zoe@partner.test', '--name', 'Zoe Roe');
    expect(add).toMatchObject({ code: 0, err: '' });
    const card = (...lines: string[]) =>
      ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');
    const vcf = file(
      'partners.vcf',
      card(
        'FN:Yan Lee',
        'EMAIL:yan@partner.test',
        'ORG:Partner',
        'PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==',
      ) +
        card('FN:No Mail') +
        card('FN:Zoe', 'EMAIL:zoe@partner.test', 'ORG:Partner') +
        card('FN:Ann', 'EMAIL:ann@cli.test'),
    );
    const imported = await waypost('contact', 'import', 'cli.test', vcf, '--json');
    expect(JSON.parse(imported.out)).toMatchObject({ added: 2, skipped: [{ card: 2 }, { card: 4 }] });
    const list = await waypost('contact', 'list', 'cli.test', '--json');
    expect(JSON.parse(list.out)).toMatchObject([
      { address: 'yan@partner.test', displayName: 'Yan Lee', photo: { mediaType: 'image/jpeg' } },
      { address: 'zoe@partner.test', displayName: 'Zoe', company: 'Partner', photo: null },
    ]);
    expect((await waypost('contact', 'remove', 'cli.test', 'yan@partner.test')).code).toBe(0);
    expect((await waypost('contact', 'list', 'cli.test')).out).not.toContain('yan@');
    expect((await waypost('contact', 'remove', 'cli.test', 'yan@partner.test')).code).toBe(1);
  });

  it('adds, lists and removes certificates and trusted authorities, PEM or DER', async () => {
    const root = makeCertificate({ name: 'Root', ca: true });
    const ann = makeCertificate({ name: 'Ann', issuer: root });
    const pem = `-----BEGIN CERTIFICATE-----\n${root.base64}\n-----END CERTIFICATE-----\n`;
    const added = await waypost('user', 'certificate', 'ann@cli.test', file('ann.der', ann.der));
    expect(added.out).toContain('CN=Ann');
    const fingerprint = /[0-9a-f]{64}/.exec(added.out)?.[0] ?? '';
    const removed = await waypost('user', 'certificate', 'ann@cli.test', '--remove', fingerprint);
    expect(removed.out).toContain('no certificates');
    const trusted = await waypost('trust', 'add', 'cli.test', file('root.pem', pem));
    expect(trusted.out).toContain('CN=Root');
    expect((await waypost('trust', 'list', 'cli.test')).out).toBe(trusted.out);
    const authority = /[0-9a-f]{64}/.exec(trusted.out)?.[0] ?? '';
    expect((await waypost('trust', 'remove', 'cli.test', authority)).out).toContain(
      'No authority is trusted',
    );
    expect((await waypost('trust', 'list', 'absent.test')).code).toBe(1);
  });

  it('makes, changes and removes groups', async () => {
    const added = await waypost(
      'group',
      'add',
      'team@cli.test',
      '--name',
      'Team',
      '--members',
      'ann@cli.test, x@y.test',
    );
    expect(added.out).toBe('Added team@cli.test with 2 members.\n');
    expect((await waypost('group', 'list')).out).toMatch(/team@cli\.test +Team +2/);
    expect((await waypost('group', 'members', 'team@cli.test', '--set', 'x@y.test')).out).toBe('x@y.test\n');
    expect((await waypost('group', 'members', 'team@cli.test')).out).toBe('x@y.test\n');
    const set = await waypost(
      'group',
      'set',
      'team@cli.test',
      '--senders',
      'anyone',
      '--no-external',
      '--hide',
    );
    expect(set.out).toMatch(/senders +anyone\n.*get nothing\n.*hidden\n/s);
    expect((await waypost('group', 'set', 'team@cli.test', '--name', 'All')).out).toMatch(/All\n.*anyone/s);
    expect((await waypost('group', 'set', 'team@cli.test', '--senders', 'some')).code).toBe(2);
    expect((await waypost('route', 'team+x@cli.test')).out).toContain('members of the group team@cli.test');
    expect((await waypost('group', 'remove', 'team@cli.test')).code).toBe(0);
    expect((await waypost('group', 'members', 'team@cli.test')).code).toBe(1);
  });

  it('shares calendars and takes that back', async () => {
    expect((await waypost('user', 'add', 'bob@cli.test', '--password', 'correct horse')).code).toBe(0);
    const share = (...more: string[]) => waypost('calendar', 'share', 'ann@cli.test', ...more);
    expect((await share('bob@cli.test', '--rights', 'edit')).out).toMatch(/Calendar +bob@cli\.test +edit/);
    expect((await share('everybody', '--rights', 'detail')).out).toMatch(/everybody +detail/);
    expect((await share('bob@cli.test', '--rights', 'all')).code).toBe(2);
    const refused = [
      await share('ann@cli.test', '--rights', 'read'),
      await share('absent@cli.test', '--rights', 'read'),
      await share('bob@cli.test', '--rights', 'read', '--folder', 'Inbox'),
    ];
    expect(refused.map(({ code }) => code)).toEqual([1, 1, 1]);
    expect((await waypost('calendar', 'unshare', 'ann@cli.test', 'everybody')).code).toBe(0);
    const left = JSON.parse((await waypost('calendar', 'shares', 'ann@cli.test', '--json')).out);
    expect(left).toMatchObject([{ owner: 'ann@cli.test', grantee: 'bob@cli.test', level: 'edit' }]);
  });

  it('sets when people are at work', async () => {
    const hours = (...more: string[]) => waypost('user', 'working-hours', 'ann@cli.test', ...more);
    expect((await hours()).out).toBe('mo tu we th fr, 08:00 to 17:00, Etc/UTC\n');
    const set = await hours('--days', 'sa-tu,th', '--from', '9:30', '--zone', 'W. Europe Standard Time');
    expect(set.out).toBe('mo tu th sa su, 09:30 to 17:00, Europe/Berlin\n');
    expect((await hours('--to', '08:00')).code).toBe(1);
    expect((await hours('--zone', 'Mars/Base')).code).toBe(1);
    expect([(await hours('--to', '25:00')).code, (await hours('--days', 'xx')).code]).toEqual([2, 2]);
    expect((await hours()).out).toBe(set.out);
  });
});
