import { describe, expect, test } from 'vitest';
import { OOF_SETTING, type Oof } from '../../core/people/oof.ts';
import { automaticWorld, indexOf } from '../../test/support/automatic-world.worker.ts';
import { buildMail } from '../../test/support/mail.ts';
import { ANN, BOB, mail, OUT, toEveryone } from '../../test/support/rules-world.worker.ts';

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
