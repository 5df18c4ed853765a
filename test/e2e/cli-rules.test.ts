import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleRunView, RuleSetView } from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

const ANN = 'ann@cli.test';
let server: Waypost;
let cli: CommandLine;
const waypost = (...argv: string[]) => cli.waypost(...argv);

async function rulesOf(...argv: string[]): Promise<RuleSetView> {
  const { out, err, code } = await waypost('rule', ...argv, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as RuleSetView;
}

beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  expect((await waypost('domain', 'add', 'cli.test')).code).toBe(0);
  expect((await waypost('user', 'add', ANN, '--password', 'correct horse')).code).toBe(0);
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
});

describe('waypost rule', () => {
  it('adds, orders, switches and removes rules', async () => {
    expect((await waypost('rule', 'list', ANN)).out).toContain('There are no rules');
    const added = await rulesOf(
      'add',
      ANN,
      '--name',
      'Reports',
      '--subject',
      'report, figures',
      '--move',
      'archive',
    );
    expect(added.rules).toMatchObject([
      {
        conditions: { containsSubjectStrings: ['report', 'figures'] },
        actions: { moveToFolder: 'archive' },
      },
    ]);
    const path = join(cli.home, 'rule.json');
    writeFileSync(path, JSON.stringify({ name: 'From a file', actions: { markAsRead: true } }));
    await rulesOf('add', ANN, '--file', path);
    const ordered = await rulesOf('order', ANN, 'from a file', '1');
    expect(ordered.rules.map(({ name, priority }) => [name, priority])).toEqual([
      ['From a file', 1],
      ['Reports', 2],
    ]);
    expect((await rulesOf('disable', ANN, '2')).rules.map((r) => r.enabled)).toEqual([true, false]);
    expect((await waypost('rule', 'list', ANN)).out).toMatch(/2 +\S+ +Reports +off +containsSubjectStrings/);
    await rulesOf('enable', ANN, 'Reports');
    expect((await rulesOf('remove', ANN, 'From a file')).rules).toHaveLength(1);
  });

  it('tries rules out and carries them out', async () => {
    const mail = join(cli.home, 'mail.eml');
    writeFileSync(
      mail,
      `From: x@y.example\r\nTo: ${ANN}\r\nSubject: An offer\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n`,
    );
    expect((await waypost('deliver', mail, '--to', ANN)).code).toBe(0);
    const path = join(cli.home, 'offer.json');
    writeFileSync(
      path,
      JSON.stringify({
        name: 'Offers',
        conditions: { containsSubjectStrings: ['OFFER'] },
        actions: { delete: true },
      }),
    );
    let found = 0;
    for (let n = 0; n < 30 && found === 0; n++) {
      const { out } = await waypost('rule', 'simulate', ANN, path, '--json');
      found = (JSON.parse(out) as RuleRunView).rules[0]?.matched ?? 0;
    }
    expect(found).toBe(1);
    await rulesOf('add', ANN, '--file', path);
    expect((await waypost('rule', 'run', ANN)).out).toContain('1 messages looked at, 1 changed.');
    expect((await waypost('rule', 'run', ANN)).out).toContain('0 messages looked at');
  });

  it('says what is wrong', async () => {
    expect(await waypost('rule', 'add', ANN, '--subject', 'x')).toMatchObject({ code: 2 });
    const bad = await waypost('rule', 'add', ANN, '--name', 'x', '--move', 'Nowhere');
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.err).toContain('there is no folder Nowhere');
    expect((await waypost('rule', 'remove', ANN, 'absent')).err).toContain('there is no rule "absent"');
    expect((await waypost('forwarding', 'cli.test')).out).toContain('to any address');
    expect((await waypost('forwarding', 'cli.test', 'off')).out).toContain('nowhere');
    const off = await waypost('rule', 'add', ANN, '--name', 'x', '--forward', 'a@b.example');
    expect(off.err).toContain('must not be forwarded to a@b.example');
  });
});
