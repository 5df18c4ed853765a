import { describe, expect, it } from 'vitest';
import {
  marksReply,
  rootThreadId,
  SUBJECT_THREAD_WINDOW_MS,
  Threader,
  type ThreadFacts,
  threadCandidates,
} from './threading.ts';

const NOW = 1_800_000_000_000;
function facts(over: Partial<ThreadFacts>): ThreadFacts {
  return {
    itemId: 'item',
    messageId: null,
    references: [],
    inReplyTo: [],
    baseSubject: 'lunch',
    isReply: false,
    receivedAt: NOW,
    ...over,
  };
}

function mailbox(byId: Record<string, string> = {}, bySubject: Record<string, string> = {}) {
  const asked: string[][] = [];
  const since: number[] = [];
  return {
    asked,
    since,
    async threadOf(ids: string[]) {
      asked.push(ids);
      const hit = ids.find((id) => byId[id] !== undefined);
      return hit === undefined ? null : (byId[hit] ?? null);
    },
    async threadOfSubject(subject: string, from: number) {
      since.push(from);
      return bySubject[subject] ?? null;
    },
  };
}

describe('threading', () => {
  it('follows the nearest reference that the mailbox holds', async () => {
    const box = mailbox({ 'root@x': 'T-root', 'near@x': 'T-near' });
    const t = new Threader(box);
    expect(await t.place(facts({ messageId: 'm@x', references: ['root@x', 'near@x', 'gone@x'] }))).toBe(
      'T-near',
    );
    expect(box.asked).toEqual([['gone@x', 'near@x', 'root@x']]);
  });

  it('uses In-Reply-To where References say nothing', async () => {
    const t = new Threader(mailbox({ 'a@x': 'T-a' }));
    expect(await t.place(facts({ messageId: 'm@x', inReplyTo: ['a@x'] }))).toBe('T-a');
  });

  it('gives a reply that arrives before its parent the thread that the parent will found', async () => {
    const reply = await new Threader(mailbox()).place(
      facts({ itemId: '1', messageId: 'b@x', references: ['a@x'] }),
    );
    const parent = await new Threader(mailbox()).place(facts({ itemId: '2', messageId: 'a@x' }));
    expect(reply).toBe(parent);
  });

  it('sees the siblings of its batch before they are stored', async () => {
    const box = mailbox({ 'old@x': 'T-old' });
    const t = new Threader(box);
    const parent = await t.place(facts({ messageId: 'p@x', references: ['old@x'] }));
    expect(parent).toBe('T-old');
    expect(await t.place(facts({ messageId: 'c@x', references: ['other-root@x', 'p@x'] }))).toBe('T-old');
    expect(box.asked).toHaveLength(1);
  });

  it('lets a stored message that is nearer win over a sibling', async () => {
    const t = new Threader(mailbox({ 'near@x': 'T-near' }));
    await t.place(facts({ messageId: 'far@x' }));
    expect(await t.place(facts({ messageId: 'c@x', references: ['far@x', 'near@x'] }))).toBe('T-near');
    expect(await t.place(facts({ messageId: 'd@x', references: ['far@x', 'gone@x'] }))).toBe(
      await rootThreadId(facts({ messageId: 'far@x' })),
    );
  });

  it('joins a reply without references by its subject, within thirty days', async () => {
    const box = mailbox({}, { lunch: 'T-lunch' });
    expect(await new Threader(box).place(facts({ isReply: true }))).toBe('T-lunch');
    expect(box.since).toEqual([NOW - SUBJECT_THREAD_WINDOW_MS]);
    expect(await new Threader(box).place(facts({ isReply: false, itemId: 'i9' }))).toBe(
      await rootThreadId(facts({ itemId: 'i9' })),
    );
  });

  it('never joins strangers over an empty subject', async () => {
    const box = mailbox({}, { '': 'T-empty' });
    expect(await new Threader(box).place(facts({ baseSubject: '', isReply: true }))).not.toBe('T-empty');
    expect(box.since).toEqual([]);
  });

  it('does not take a sibling that is too old for the subject rule', async () => {
    const t = new Threader(mailbox());
    const first = await t.place(facts({ itemId: 'a', receivedAt: NOW - SUBJECT_THREAD_WINDOW_MS - 1 }));
    expect(await t.place(facts({ itemId: 'b', isReply: true }))).not.toBe(first);
    const near = await t.place(facts({ itemId: 'c', receivedAt: NOW + 5 }));
    expect(await t.place(facts({ itemId: 'd', isReply: true }))).toBe(near);
  });

  it('asks nothing for a message that answers nothing', async () => {
    const box = mailbox();
    await new Threader(box).place(facts({ messageId: 'm@x' }));
    expect(box.asked).toEqual([]);
    expect(box.since).toEqual([]);
  });

  it('ignores a message that refers to itself and bounds a forged chain, keeping its root', () => {
    expect(threadCandidates({ messageId: 'a@x', references: ['a@x', ''], inReplyTo: ['a@x'] })).toEqual([]);
    const chain = Array.from({ length: 5000 }, (_, i) => `r${i}@x`);
    const asked = threadCandidates({ messageId: null, references: chain, inReplyTo: ['p@x'] });
    expect(asked).toHaveLength(50);
    expect(asked[0]).toBe('r4999@x');
    expect(asked.at(-1)).toBe('r0@x');
  });

  it.each([
    ['lunch', 'lunch', false],
    ['  lunch   today ', 'lunch today', false],
    ['[list] [a] lunch', 'lunch', false],
    ['Re: lunch', 'lunch', true],
    ['[list] Re: lunch', 'lunch', true],
    ['AW: [list] lunch', 'lunch', true],
    ['lunch (fwd)', 'lunch', true],
  ])('knows by its subject whether %j answers something', (subject, base, wanted) => {
    expect(marksReply(subject, base)).toBe(wanted);
  });
});
