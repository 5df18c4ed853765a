import { describe, expect, test } from 'vitest';
import { loopMark } from '../../core/automatic/loop.ts';
import { OOF_SETTING, type Oof } from '../../core/people/oof.ts';
import { SENDER_LISTS_SETTING } from '../../core/trust/lists.ts';
import { automaticWorld, indexOf } from '../../test/support/automatic-world.worker.ts';
import { buildMail } from '../../test/support/mail.ts';

const ANN = 'ann@one.example';
const BOB = 'bob@one.example';
const OUT = 'friend@out.example';

const mail = (subject = 'Hello', more: Parameters<typeof buildMail>[0] = {}) =>
  buildMail({ from: `Friend <${OUT}>`, to: ANN, subject, ...more });

const toEveryone = { conditions: {}, exceptions: {}, enabled: true };

async function withFolder(name = 'Projects') {
  const world = await automaticWorld();
  const { folder } = await world
    .mailbox(ANN)
    .createFolder({ folderId: 'own', parentId: null, displayName: name, itemClass: 'Email' });
  return { ...world, folderId: folder.folderId };
}

describe('a rule on arrival', () => {
  test('decides where a message goes and what it is there, in one write', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      {
        ...toEveryone,
        conditions: { containsBodyStrings: ['NUMBERS'], fromAddresses: [OUT] },
        actions: {
          ...{
            moveToFolder: 'own',
            markAsRead: true,
            assignCategories: ['Work', 'Red'],
            markImportance: 'high',
          },
          flag: { status: 2, type: 'Follow up' },
        },
      },
    ]);
    await world.receive(OUT, ANN, mail('Report', { text: 'The numbers of May.' }));
    await world.receive(OUT, ANN, mail('Other'));
    await world.settle();
    const [moved] = await world.inFolder(ANN, 'own');
    expect(moved).toMatchObject({
      ...{ subject: 'Report', isRead: true, categories: ['Work', 'Red'], importance: 'high' },
      flag: { status: 2, type: 'Follow up' },
    });
    expect(moved?.createdModseq).toBe(moved?.modseq);
    expect((await world.folder(ANN)).map((m) => m.subject)).toEqual(['Other']);
    expect(world.queues.sent.notify.map((n) => n.folderId)).toContain('own');
  });

  test('reads the words of HTML alone, and of large mail no more than its beginning', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      {
        ...toEveryone,
        conditions: { containsBodyStrings: ['secret word'] },
        actions: { moveToFolder: 'own' },
      },
    ]);
    const late = `${'x '.repeat(200_000)}secret word`;
    await world.receive(
      OUT,
      ANN,
      buildMail({ to: ANN, subject: 'html', html: '<p>Secret&nbsp;<b>word</b>' }),
    );
    await world.receive(OUT, ANN, buildMail({ to: ANN, subject: 'late', text: late }));
    await world.settle();
    expect((await world.folder(ANN)).map((m) => m.subject)).toContain('late');
  });

  test('whose folder is gone goes into error, and the message into the Inbox', async () => {
    const world = await withFolder();
    const list = [
      { ...toEveryone, actions: { moveToFolder: 'own', stopProcessingRules: true as const } },
      { ...toEveryone, actions: { assignCategories: ['second'] } },
    ];
    await world.rules(ANN, list);
    await world.mailbox(ANN).deleteFolder('own', 5);
    await world.receive(OUT, ANN, mail());
    await world.settle();
    expect(await world.folder(ANN)).toMatchObject([{ subject: 'Hello', categories: ['second'] }]);
    const { rules } = await world.mailbox(ANN).rules();
    expect(rules.map((r) => r.error?.code ?? null)).toEqual(['folder-gone', null]);
    // Not run again, and said once.
    await world.receive(OUT, ANN, mail('Again'));
    await world.settle();
    expect(world.lines.filter((l) => l.event === 'rules.folder-gone')).toHaveLength(1);
  });

  test('meets no mail in Junk', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      { ...toEveryone, actions: { moveToFolder: 'own', redirectToRecipients: [{ name: '', address: BOB }] } },
    ]);
    await world.mailbox(ANN).putSetting(SENDER_LISTS_SETTING, { allow: [], block: [OUT] });
    await world.receive(OUT, ANN, mail());
    await world.settle();
    expect(await world.folder(ANN, 'junk')).toHaveLength(1);
    expect(await world.inFolder(ANN, 'own')).toEqual([]);
    expect(await world.folder(BOB)).toEqual([]);
  });

  test('I8 copies once into each folder, with the marks, and each copy has its own raw', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      { ...toEveryone, actions: { copyToFolder: 'own', markAsRead: true, assignCategories: ['c'] } },
      { ...toEveryone, actions: { moveToFolder: 'archive' } },
    ]);
    await world.receive(OUT, ANN, mail());
    await world.settle(5);
    const [copy, ...others] = await world.inFolder(ANN, 'own');
    const [original] = await world.folder(ANN, 'archive');
    expect(others).toEqual([]);
    expect(copy).toMatchObject({ isRead: true, categories: ['c'], threadId: original?.threadId });
    expect(copy?.rawKey).not.toBe(original?.rawKey);
    if (copy === undefined || original === undefined) throw new Error('not there');
    expect(await world.rawOf(copy)).toEqual(await world.rawOf(original));
    expect((await world.blobs.head(copy.rawKey))?.envelope).toMatchObject({ role: 'user', folderId: 'own' });
  });

  test.each([
    false,
    true,
  ])('I6 a copy whose row is missing is placed from its raw, folder gone: %s', async (gone) => {
    const world = await withFolder();
    await world.rules(ANN, [{ ...toEveryone, actions: { copyToFolder: 'own' } }]);
    await world.receive(OUT, ANN, mail());
    await world.settle();
    const [copy] = await world.inFolder(ANN, 'own');
    if (copy === undefined) throw new Error('no copy');
    // As after a database that was restored to a time before it.
    const fresh = await automaticWorld();
    const raw = await world.rawOf(copy);
    const envelope = (await world.blobs.head(copy.rawKey))?.envelope;
    if (!gone) {
      await fresh
        .mailbox(ANN)
        .createFolder({ folderId: 'own', parentId: null, displayName: 'Own', itemClass: 'Email' });
    }
    await fresh.bring(fresh.refOf(ANN), raw, { ...envelope });
    await fresh.settle();
    expect(await fresh.inFolder(ANN, 'own')).toHaveLength(gone ? 0 : 1);
    expect(await fresh.folder(ANN, 'deleted')).toHaveLength(gone ? 1 : 0);
    expect(await fresh.folder(ANN)).toEqual([]);
  });

  test('deletes into Deleted Items, or for good with a tombstone (I6)', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      { ...toEveryone, conditions: { containsSubjectStrings: ['bin'] }, actions: { delete: true } },
      { ...toEveryone, conditions: { containsSubjectStrings: ['gone'] }, actions: { permanentDelete: true } },
    ]);
    await world.receive(OUT, ANN, mail('to the bin'));
    const goneId = await world.receive(OUT, ANN, mail('to be gone'));
    await world.settle(3);
    expect((await world.folder(ANN, 'deleted')).map((m) => m.subject)).toEqual(['to the bin']);
    expect(await world.folder(ANN)).toEqual([]);
    expect(await world.mailbox(ANN).messages([goneId])).toEqual([]);
    const { objects } = await world.blobs.list('blobs/', null, 10);
    const keys = objects.map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(await world.mailbox(ANN).knownRawKeys(keys)).toEqual(new Set(keys));
  });
});

describe('forwarding', () => {
  const redirect = (...to: string[]) => ({
    ...toEveryone,
    actions: { redirectToRecipients: to.map((address) => ({ name: '', address })) },
  });

  test('RFC 5322 3.6.6 redirects the very bytes below fields of its own, once', async () => {
    const world = await automaticWorld();
    await world.rules(ANN, [redirect('other@out.example')]);
    const raw = mail('Plán', { text: 'Ž 8bit' });
    await world.receive(OUT, ANN, raw);
    await world.settle(5);
    expect(world.left).toHaveLength(1);
    const [sent] = world.left;
    expect(sent).toMatchObject({ mailFrom: ANN, to: 'other@out.example' });
    const bytes = sent?.raw ?? new Uint8Array();
    expect(bytes.subarray(bytes.length - raw.length)).toEqual(raw);
    const { headers, from } = indexOf(bytes);
    expect(headers.slice(0, 5).map((h) => h.name)).toEqual([
      ...['resent-from', 'resent-to', 'resent-date', 'resent-message-id', 'x-waypost-loop'],
    ]);
    expect(from).toEqual([{ name: 'Friend', address: OUT }]);
    expect(await world.folder(ANN)).toHaveLength(1);
  });

  test('forwards with what the message says and its files, and as an attachment', async () => {
    const world = await automaticWorld();
    const to = [{ name: 'Other', address: 'other@out.example' }];
    await world.rules(ANN, [
      { ...toEveryone, actions: { forwardToRecipients: to } },
      { ...toEveryone, actions: { forwardAsAttachmentToRecipients: to } },
    ]);
    const files = [{ name: 'a.bin', content: Uint8Array.of(1, 2, 3, 255) }];
    await world.receive(OUT, ANN, mail('Numbers', { text: 'Here they are.', attachments: files }));
    await world.settle(3);
    expect(world.left).toHaveLength(2);
    const [inline, attached] = world.left.map(({ raw }) => indexOf(raw));
    for (const index of [inline, attached]) {
      expect(index?.subject).toBe('FW: Numbers');
      expect(index?.from).toEqual([{ name: 'ann', address: ANN }]);
      expect(index?.autoSubmitted).toBe('auto-generated');
      expect(index?.headers.filter((h) => h.name === 'x-waypost-loop')).toHaveLength(1);
    }
    expect(world.left[0]?.text).toContain('Here they are.');
    expect(inline?.attachments.map((at) => inline.parts[at]?.name)).toEqual(['a.bin']);
    expect(attached?.parts.map((p) => p.mediaType)).toContain('message/rfc822');
  });

  test.each<[string, Parameters<typeof buildMail>[0], string]>([
    ['an automatic reply', { headers: ['Auto-Submitted: auto-replied'] }, OUT],
    ['a message without return path', {}, ''],
    ['a message of 25 hops', { trace: Array(25).fill('Received: by a; x') }, OUT],
  ])('A23 does not pass on %s', async (_, options, mailFrom) => {
    const world = await automaticWorld();
    await world.rules(ANN, [redirect('other@out.example')]);
    await world.receive(mailFrom, ANN, mail('x', options));
    await world.settle();
    expect(world.left).toEqual([]);
    expect(await world.folder(ANN)).toHaveLength(1);
  });

  test('A23 does not pass on what it has passed on before, nor to oneself', async () => {
    const world = await automaticWorld();
    await world.rules(ANN, [redirect('other@out.example', ANN, 'anne@one.example', 'ann+tag@one.example')]);
    const mark = await loopMark(world.refOf(ANN));
    await world.receive(OUT, ANN, mail('back', { headers: [`X-Waypost-Loop: ${mark}`] }));
    await world.receive(OUT, ANN, mail('new', { headers: ['X-Waypost-Loop: 0123'] }));
    await world.settle();
    expect(world.left.map((l) => [l.to, indexOf(l.raw).subject])).toEqual([['other@out.example', 'new']]);
    expect(await world.folder(ANN)).toHaveLength(2);
  });

  test('A23 two mailboxes that forward to each other come to rest', async () => {
    for (const kind of [
      'redirectToRecipients',
      'forwardToRecipients',
      'forwardAsAttachmentToRecipients',
    ] as const) {
      const world = await automaticWorld();
      await world.rules(ANN, [{ ...toEveryone, actions: { [kind]: [{ name: '', address: BOB }] } }]);
      await world.rules(BOB, [{ ...toEveryone, actions: { [kind]: [{ name: '', address: ANN }] } }]);
      await world.receive(OUT, ANN, mail());
      await world.settle();
      expect([(await world.folder(ANN)).length, (await world.folder(BOB)).length]).toEqual(
        // What comes back of a redirect is the same message.
        kind === 'redirectToRecipients' ? [expect.any(Number), 1] : [2, 1],
      );
    }
  });

  test('A23 what comes back from outside ends', async () => {
    const world = await automaticWorld();
    await world.rules(ANN, [redirect('loop@out.example')]);
    await world.receive(OUT, ANN, mail());
    for (let n = 0; n < 10; n++) {
      await world.settle();
      const back = world.left.splice(0);
      if (n > 2) expect(back).toEqual([]);
      for (const { raw } of back) {
        const hop = new TextEncoder().encode('Received: from out.example by us; x\r\n');
        await world.receive('loop@out.example', ANN, new Uint8Array([...hop, ...raw]));
      }
    }
  });

  test('A23 stops at a number of messages in an hour', async () => {
    const world = await automaticWorld();
    await world.rules(ANN, [redirect('other@out.example')]);
    for (let n = 0; n < 310; n++) await world.receive(OUT, ANN, mail(`n${n}`));
    await world.settle();
    expect(world.left).toHaveLength(300);
    world.state.now += 61 * 60 * 1000;
    await world.receive(OUT, ANN, mail('later'));
    await world.settle();
    expect(world.left).toHaveLength(301);
  });

  test.each<[string, string[]]>([
    ['internal', [BOB]],
    ['off', []],
    ['allowed', ['other@out.example', BOB]],
  ])('goes where the tenant lets it: %s', async (mode, expected) => {
    const world = await automaticWorld();
    await world.stores.directory.putTenantSetting('t1', 'forwarding', { mode });
    await world.rules(ANN, [redirect('other@out.example', BOB)]);
    await world.receive(OUT, ANN, mail());
    await world.settle();
    const reached = [...world.left.map((l) => l.to), ...(await world.folder(BOB)).map(() => BOB)];
    expect(reached.sort()).toEqual(expected.sort());
  });

  test('I8 I23 is sent once wherever it crashes', async () => {
    for (const at of ['submit before', 'submit after']) {
      const world = await automaticWorld();
      await world.rules(ANN, [redirect('other@out.example', BOB)]);
      await world.receive(OUT, ANN, mail());
      world.crash.set(at, 1);
      await world.settle(3);
      expect(world.left).toHaveLength(1);
      expect(await world.folder(BOB)).toHaveLength(1);
    }
  });
});

describe('a rule that answers', () => {
  test('answers each person once a day, without return path, and never a machine', async () => {
    const world = await automaticWorld();
    const template = { subject: 'Got it', format: 'text' as const, content: 'Thanks.' };
    await world.rules(ANN, [{ ...toEveryone, actions: { serverReplyWithMessage: template } }]);
    for (const subject of ['one', 'two']) await world.receive(OUT, ANN, mail(subject));
    await world.receive('noreply@out.example', ANN, mail('x', { from: 'noreply@out.example' }));
    await world.settle(2);
    expect(world.left.map((l) => [l.mailFrom, l.to])).toEqual([['', OUT]]);
    const index = indexOf(world.left[0]?.raw ?? new Uint8Array());
    expect(index).toMatchObject({ subject: 'Got it', autoSubmitted: 'auto-replied' });
    world.state.now += 25 * 60 * 60 * 1000;
    await world.receive(OUT, ANN, mail('three'));
    await world.settle();
    expect(world.left).toHaveLength(2);
  });
});

describe('out of office', () => {
  const on = (over: Partial<Oof> = {}): Oof => ({
    ...{ state: 1, startTime: null, endTime: null, changedAt: 1_799_999_000_000 },
    messages: {
      internal: { enabled: true, reply: { format: 'text', content: 'Away, colleague.' } },
      externalKnown: { enabled: true, reply: { format: 'html', content: '<p>Away, <b>friend</b>.</p>' } },
      externalUnknown: { enabled: false, reply: null },
    },
    ...over,
  });

  async function away(address = ANN, over: Partial<Oof> = {}) {
    const world = await automaticWorld();
    await world.mailbox(address).putSetting(OOF_SETTING, on(over));
    await world.mailbox(address).noteCorrespondents([{ address: OUT, name: '' }], 1);
    return world;
  }

  test('RFC 3834 answers once each correspondent, with a null return path', async () => {
    const world = await away();
    await world.receive(OUT, ANN, mail('Question', { messageId: '<q1@x>', references: ['<q0@x>'] }));
    await world.receive(OUT, ANN, mail('Another'));
    await world.settle(5);
    expect(world.left).toHaveLength(1);
    const [reply] = world.left;
    expect([reply?.mailFrom, reply?.to]).toEqual(['', OUT]);
    expect(indexOf(reply?.raw ?? new Uint8Array())).toMatchObject({
      ...{ subject: 'Automatic reply: Question', autoSubmitted: 'auto-replied' },
      ...{ inReplyTo: ['q1@x'], references: ['q0@x', 'q1@x'] },
      ...{ from: [{ name: 'ann', address: ANN }], to: [{ name: 'Friend', address: OUT }] },
    });
    expect(reply?.text).toContain('<b>friend</b>');
  });

  test('answers again after the setting has changed', async () => {
    const world = await away();
    await world.receive(OUT, ANN, mail('one'));
    await world.settle();
    world.state.now += 1000;
    await world.mailbox(ANN).putSetting(OOF_SETTING, on({ changedAt: world.state.now }));
    world.state.now += 1000;
    for (const subject of ['two', 'three']) await world.receive(OUT, ANN, mail(subject));
    await world.settle();
    expect(world.left.map((l) => indexOf(l.raw).subject)).toEqual([
      'Automatic reply: one',
      'Automatic reply: two',
    ]);
  });

  test('tells colleagues, known and unknown people what is for them', async () => {
    const world = await away();
    await world.send(BOB, ANN, buildMail({ from: BOB, to: ANN }));
    await world.receive('stranger@out.example', ANN, mail('x', { from: 'stranger@out.example' }));
    // A header that says so makes no colleague.
    await world.receive('bob@one.example', ANN, buildMail({ from: 'eve@one.example', to: ANN }));
    await world.settle();
    const [answer, ...more] = await world.folder(BOB);
    expect(answer?.preview).toContain('Away, colleague.');
    expect(more).toEqual([]);
    expect(world.left).toEqual([]);
  });

  test('stays within its times', async () => {
    const now = 1_800_000_000_000;
    for (const [times, replies] of [
      [{ startTime: now - 5, endTime: now + 5 }, 1],
      [{ startTime: now + 5, endTime: now + 50 }, 0],
      [{ startTime: now - 50, endTime: now }, 0],
    ] as const) {
      const world = await away(ANN, { state: 2, ...times });
      await world.receive(OUT, ANN, mail());
      await world.settle();
      expect(world.left).toHaveLength(replies);
    }
  });

  test('A23 two who are away do not answer each other for ever', async () => {
    const world = await away(ANN);
    await world.mailbox(BOB).putSetting(OOF_SETTING, on());
    await world.send(ANN, BOB, buildMail({ from: ANN, to: BOB }));
    await world.settle();
    expect(await world.folder(ANN)).toHaveLength(1);
    expect(await world.folder(BOB)).toHaveLength(1);
  });

  test('A23 stops at a number of answers in an hour', async () => {
    const world = await away(ANN, {
      messages: {
        ...on().messages,
        externalUnknown: { enabled: true, reply: { format: 'text', content: 'x' } },
      },
    });
    for (let n = 0; n < 130; n++) {
      const from = `p${n}@out.example`;
      await world.receive(from, ANN, mail('x', { from }));
    }
    await world.settle();
    expect(world.left).toHaveLength(120);
  });
});
