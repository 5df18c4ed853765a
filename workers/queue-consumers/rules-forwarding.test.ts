import { describe, expect, test } from 'vitest';
import { loopMark } from '../../core/automatic/loop.ts';
import { automaticWorld, indexOf } from '../../test/support/automatic-world.worker.ts';
import type { buildMail } from '../../test/support/mail.ts';
import { ANN, BOB, mail, OUT, toEveryone } from '../../test/support/rules-world.worker.ts';

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
