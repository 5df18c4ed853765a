import { describe, expect, test } from 'vitest';
import { runRules } from '../../../core/rules/run.ts';
import { checkRules, saveRules } from '../../../core/rules/save.ts';
import type { Rule } from '../../../core/rules/types.ts';
import { parseRules } from '../../../core/rules/validate.ts';
import { automaticWorld } from '../../../test/support/automatic-world.worker.ts';
import { buildMail } from '../../../test/support/mail.ts';

const ANN = 'ann@one.example';

const rules = (...list: Partial<Rule>[]) =>
  parseRules(
    list.map((rule, n) => ({ ruleId: `r${n}`, name: `r${n}`, ...rule })),
    () => 'x',
  );

async function inbox(count: number) {
  const world = await automaticWorld();
  for (let n = 0; n < count; n++) {
    world.state.now += 1000;
    const subject = n % 3 === 0 ? `Report ${n}` : `Note ${n}`;
    await world.receive('x@out.example', ANN, buildMail({ to: ANN, subject, text: `Body ${n}` }));
  }
  await world.settle();
  const mailbox = world.mailbox(ANN);
  const { folder } = await mailbox.createFolder({
    folderId: 'own',
    parentId: null,
    displayName: 'Own',
    itemClass: 'Email',
  });
  const inboxId = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
  async function run(
    list: readonly Rule[],
    over: { dryRun?: boolean; sending?: boolean; limit?: number } = {},
  ) {
    const steps = [];
    let cursor = null;
    do {
      const step = await runRules(world.services, {
        ...{ ref: world.refOf(ANN), folderId: inboxId, rules: list, dryRun: true, sending: false },
        ...{ correlationId: 'c', cursor, ...over },
      });
      steps.push(step);
      cursor = step.cursor;
    } while (cursor !== null);
    return steps;
  }
  const sum = (steps: Awaited<ReturnType<typeof run>>) => ({
    examined: steps.reduce((n, s) => n + s.examined, 0),
    changed: steps.reduce((n, s) => n + s.changed, 0),
    matched: (steps[0]?.rules ?? []).map(({ ruleId }) =>
      steps.reduce((n, s) => n + (s.rules.find((r) => r.ruleId === ruleId)?.matched ?? 0), 0),
    ),
  });
  return { ...world, box: mailbox, own: folder.folderId, inboxId, run, sum };
}

describe('rules on mail that is there', () => {
  const reports = {
    conditions: { containsSubjectStrings: ['report'] },
    actions: { moveToFolder: 'own', markAsRead: true as const, assignCategories: ['R'] },
  };

  test('are tried out without a change, with the newest matches', async () => {
    const world = await inbox(120);
    const before = await world.box.usage();
    const list = rules(reports, {
      conditions: { containsBodyStrings: ['Body 1'] },
      actions: { delete: true },
    });
    const steps = await world.run(list);
    expect(steps.map((s) => s.examined)).toEqual([50, 50, 20]);
    expect(world.sum(steps)).toMatchObject({ examined: 120, changed: 0, matched: [40, 31] });
    expect(steps[0]?.rules[0]?.sample.map((s) => s.subject)).toEqual(
      [117, 114, 111, 108, 105].map((n) => `Report ${n}`),
    );
    expect(await world.box.usage()).toEqual(before);
    expect(await world.inFolder(ANN, 'own')).toEqual([]);
  });

  test('I8 are carried out in steps, and a second run finds nothing to do', async () => {
    const world = await inbox(30);
    const list = rules(reports, {
      conditions: { containsSubjectStrings: ['note 1'] },
      actions: { copyToFolder: 'own', markImportance: 'high', flag: { status: 2, type: 'Follow up' } },
    });
    const first = world.sum(await world.run(list, { dryRun: false, limit: 7 }));
    expect(first).toMatchObject({ examined: 30, matched: [10, 8] });
    const own = await world.inFolder(ANN, 'own');
    expect(own.filter((m) => m.subject.startsWith('Report')).map((m) => [m.isRead, m.categories])).toEqual(
      Array(10).fill([true, ['R']]),
    );
    expect(own).toHaveLength(18);
    const left = await world.folder(ANN);
    expect(left).toHaveLength(20);
    expect(left.filter((m) => m.importance === 'high' && m.flag?.status === 2)).toHaveLength(8);
    expect(world.queues.sent.notify.map((n) => n.folderId)).toEqual(
      expect.arrayContaining(['own', world.inboxId]),
    );
    const again = world.sum(await world.run(list, { dryRun: false }));
    expect(again).toMatchObject({ examined: 20, changed: 0 });
    expect(await world.inFolder(ANN, 'own')).toHaveLength(18);
  });

  test('send nothing unless that is asked for, and then once', async () => {
    const world = await inbox(3);
    const list = rules({
      conditions: {},
      actions: { redirectToRecipients: [{ name: '', address: 'o@out.example' }] },
    });
    await world.run(list, { dryRun: false });
    expect(world.left).toEqual([]);
    await world.run(list, { dryRun: false, sending: true });
    await world.run(list, { dryRun: false, sending: true });
    expect(world.left).toHaveLength(3);
  });

  test('remove for good, with tombstones', async () => {
    const world = await inbox(4);
    await world.run(rules({ conditions: {}, actions: { permanentDelete: true } }), { dryRun: false });
    expect(await world.box.usage()).toMatchObject({ itemCount: 0 });
    expect(await world.folder(ANN, 'deleted')).toEqual([]);
  });

  test('I7 leave a message alone whose raw is missing', async () => {
    const world = await inbox(2);
    const [message] = await world.folder(ANN);
    await world.blobs.delete(message?.rawKey ?? '');
    const list = rules({ conditions: {}, actions: { delete: true } });
    expect(world.sum(await world.run(list, { dryRun: false }))).toMatchObject({ examined: 2, changed: 1 });
  });
});

describe('saving rules', () => {
  const move = (to: string) => [{ name: 'n', actions: { moveToFolder: to } }];

  test('finds folders by their names', async () => {
    const world = await inbox(0);
    await world.box.createFolder({
      folderId: 'below',
      parentId: 'own',
      displayName: 'Süß',
      itemClass: 'Email',
    });
    for (const [named, folderId] of [
      ['OWN', 'own'],
      ['own/SÜSS', null],
      ['Own/süß', 'below'],
      ['below', 'below'],
    ] as const) {
      const saving = checkRules(world.services, world.refOf(ANN), move(named), () => 'id');
      if (folderId === null) await expect(saving).rejects.toThrow('there is no folder own/SÜSS');
      else expect((await saving)[0]?.actions.moveToFolder).toBe(folderId);
    }
    await expect(checkRules(world.services, world.refOf(ANN), move('Calendar'), () => 'id')).rejects.toThrow(
      'holds no mail',
    );
  });

  test('keeps a rule that has broken by itself, and tries it again when its folder is there', async () => {
    const world = await inbox(0);
    const ref = world.refOf(ANN);
    const ids = { newId: () => 'id' };
    await saveRules(world.services, ref, move('own'), { revision: 0, ...ids });
    const { rules: stored } = await world.box.rules();
    await world.box.deleteFolder('own', 1);
    const error = { code: 'folder-gone', text: 'x', at: 1 } as const;
    await world.box.setRuleError('id', error);
    const saved = await saveRules(world.services, ref, stored, { revision: 1, ...ids });
    expect(saved.rules[0]?.error).toEqual(error);
    await world.box.createFolder({ folderId: 'own', parentId: null, displayName: 'Own', itemClass: 'Email' });
    const again = await saveRules(world.services, ref, saved.rules, { revision: 2, ...ids });
    expect(again).toMatchObject({ revision: 3, rules: [{ error: null }] });
    await expect(saveRules(world.services, ref, [], { revision: 2, ...ids })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('refuses what the tenant does not let out', async () => {
    const world = await inbox(0);
    await world.stores.directory.putTenantSetting('t1', 'forwarding', { mode: 'internal' });
    const to = (address: string) => [{ name: 'n', actions: { forwardToRecipients: [address] } }];
    const check = (address: string) => checkRules(world.services, world.refOf(ANN), to(address), () => 'id');
    await expect(check('x@out.example')).rejects.toThrow('must not be forwarded to x@out.example');
    expect(await check('bob@one.example')).toHaveLength(1);
  });
});
