import { describe, expect, test } from 'vitest';
import type { TraceMessage, TracePosition, TraceStep } from '../../core/ports/trace.ts';
import { firstIdOf } from '../../core/trace/ids.ts';
import { type Subject, unique } from './subject.ts';

const HOUR = 3600_000;

export function traceContract(subject: Subject): void {
  describe('trace', () => {
    const kit = (tenantId = unique('tenant')) => {
      const message = (at: number, over: Partial<TraceMessage> = {}): TraceMessage => ({
        ...{ tenantId, traceId: `${firstIdOf(at)}${unique('t')}`, recipient: 'ann@one.example', at },
        ...{ direction: 'in', sender: 'x@out.example', domain: 'one.example', messageId: 'm@out.example' },
        ...{ correlationId: unique('c'), mailboxId: 'ann', size: 100 },
        ...over,
      });
      const step = ({ traceId, at }: TraceMessage, over: Partial<TraceStep> = {}): TraceStep => ({
        ...{ tenantId, traceId, key: 'place', at, recipient: '', step: 'place', verdict: 'inbox' },
        details: { spam: 0.5, rule: null, junk: false, spf: 'pass' },
        ...over,
      });
      return { tenantId, message, step };
    };

    test('adds each message and step once, and fills in a Message-ID that was not known', async () => {
      const { trace } = await subject.open();
      const { tenantId, message, step } = kit();
      const one = message(1000, { messageId: '' });
      const placed = step(one);
      await trace.add({ messages: [one, one], steps: [placed] });
      await trace.add({
        messages: [{ ...one, messageId: 'late@x', sender: 'forged@x' }],
        steps: [{ ...placed, verdict: 'junk' }, step(one, { key: 'notify', step: 'notify', at: 1500 })],
      });
      await trace.add({ messages: [{ ...one, messageId: 'other@x' }], steps: [] });
      await trace.add({ messages: [], steps: [] });
      expect(await trace.list(tenantId, { limit: 10 })).toEqual([{ ...one, messageId: 'late@x' }]);
      expect(await trace.message(tenantId, one.traceId, 10)).toEqual([{ ...one, messageId: 'late@x' }]);
      expect(await trace.message(unique('tenant'), one.traceId, 10)).toEqual([]);
      expect((await trace.steps(tenantId, [one.traceId], 10)).map((s) => [s.step, s.verdict])).toEqual([
        ['place', 'inbox'],
        ['notify', 'inbox'],
      ]);
      expect((await trace.steps(tenantId, [one.traceId], 1))[0]).toEqual(placed);
      expect(await trace.steps(unique('tenant'), [one.traceId], 10)).toEqual([]);
      expect(await trace.steps(tenantId, [], 10)).toEqual([]);
    });

    test('finds by each field and time, and from page to page', async () => {
      const { trace } = await subject.open();
      const { tenantId, message } = kit();
      const wanted = message(5 * HOUR, {
        ...{ sender: 'ann@one.example', recipient: 'Å@x.example', domain: 'two.example' },
        ...{ messageId: 'this@x', correlationId: 'request', direction: 'out' },
      });
      const others = [1, 2, 3, 7].map((hour) => message(hour * HOUR));
      const sibling = { ...wanted, recipient: 'b@x.example' };
      await trace.add({ messages: [...others, wanted, sibling], steps: [] });
      for (const filter of [
        { sender: 'ann@one.example', recipient: wanted.recipient },
        { recipient: wanted.recipient },
        { messageId: 'this@x', recipient: wanted.recipient },
        { correlationId: 'request', limit: 1 },
        { domain: 'two.example', limit: 1 },
        { since: 5 * HOUR, before: 5 * HOUR + 1, limit: 1 },
      ]) {
        expect(await trace.list(tenantId, { limit: 5, ...filter }), JSON.stringify(filter)).toEqual([wanted]);
      }
      expect(await trace.list(tenantId, { limit: 5, sender: 'nobody\0' })).toEqual([]);
      expect(await trace.list(unique('tenant'), { limit: 5, messageId: 'this@x' })).toEqual([]);
      const found: TraceMessage[] = [];
      let after: TracePosition | undefined;
      for (let page = 0; page < 10; page++) {
        const rows = await trace.list(tenantId, { limit: 2, ...(after === undefined ? {} : { after }) });
        found.push(...rows);
        after = rows.at(-1);
        if (after === undefined) break;
      }
      expect(found).toEqual(await trace.list(tenantId, { limit: 20 }));
      expect(found.map((one) => one.at / HOUR)).toEqual([7, 5, 5, 3, 2, 1]);
    });

    test('forgets what is old, of this tenant alone, in pieces', async () => {
      const { trace } = await subject.open();
      const [mine, theirs] = [kit(), kit()];
      for (const { message, step } of [mine, theirs]) {
        const list = [1, 20, 40, 60].map((hour) => message(hour * HOUR));
        await trace.add({ messages: list, steps: list.map((one) => step(one)) });
      }
      // A step whose message was never told.
      const lonely = mine.step(mine.message(2 * HOUR));
      await trace.add({ messages: [], steps: [lonely] });
      for (let round = 0; !(await trace.prune(mine.tenantId, 40 * HOUR)); round++) {
        expect(round).toBeLessThan(20);
      }
      const left = await trace.list(mine.tenantId, { limit: 10 });
      expect(left.map((one) => one.at / HOUR)).toEqual([60, 40]);
      const ids = [lonely.traceId, ...left.map((one) => one.traceId)];
      expect(await trace.steps(mine.tenantId, ids, 10)).toHaveLength(2);
      expect(await trace.list(theirs.tenantId, { limit: 10 })).toHaveLength(4);
      expect(await trace.prune(mine.tenantId, 40 * HOUR)).toBe(true);
    });

    test('counts each step once on its day, and keeps the numbers when the messages go', async () => {
      const { trace } = await subject.open();
      const [mine, theirs] = [kit(), kit()];
      const DAY = 24 * HOUR;
      const told = (
        at: number,
        steps: [string, string, TraceStep['details']?][],
        { message, step } = mine,
      ) => {
        const one = message(at);
        const rows = steps.map(([name, verdict, details = {}]) =>
          step(one, { key: name, step: name, verdict, details, at }),
        );
        return { messages: [one], steps: rows };
      };
      const first = told(5 * DAY + 1, [
        ['receive', 'accepted'],
        ['place', 'inbox'],
        ['index', 'indexed'],
      ]);
      await trace.add(first);
      // Told again, twice over, with one more.
      const more = told(5 * DAY + 2, [
        ['receive', 'accepted'],
        ['place', 'junk'],
      ]);
      const [again] = first.steps;
      await trace.add({
        messages: [],
        steps: [...first.steps, ...more.steps, ...more.steps, ...(again === undefined ? [] : [again])],
      });
      await trace.add(told(5 * DAY + 3, [['receive', 'accepted', { group: true }]]));
      await trace.add(
        told(7 * DAY - 1, [
          ['submit', 'accepted'],
          ['attempt', 'sent'],
          ['deliver', 'delivered'],
          ['fail', 'failed'],
        ]),
      );
      await trace.add(told(7 * DAY, [['quarantine', 'held']], theirs));
      await Promise.all([8, 9].map(() => trace.add(told(5 * DAY + 4, [['receive', 'refused']]))));
      const none = { received: 0, refused: 0, delivered: 0, junk: 0, quarantined: 0 };
      const five = { ...none, ...{ day: 5, received: 2, refused: 2, delivered: 1, junk: 1 } };
      const out = { submitted: 0, sent: 0, failed: 0 };
      expect(await trace.days([mine.tenantId], 5)).toEqual([
        { ...five, ...out },
        { ...none, day: 6, submitted: 1, sent: 2, failed: 1 },
      ]);
      const both = [mine.tenantId, theirs.tenantId];
      expect((await trace.days(both, 6)).map(({ day, quarantined }) => [day, quarantined])).toEqual([
        [6, 0],
        [7, 1],
      ]);
      expect(await trace.days([unique('tenant')], 0)).toEqual([]);
      expect(await trace.days([], 0)).toEqual([]);
      while (!(await trace.prune(mine.tenantId, 9 * DAY)));
      await trace.forgetDays(mine.tenantId, 6);
      expect((await trace.days(both, 0)).map(({ day }) => day)).toEqual([6, 7]);
    });

    test('forgets a mailbox and its addresses, and nothing of others', async () => {
      const { trace } = await subject.open();
      const [{ tenantId, message, step }, elsewhere] = [kit(), kit()];
      const tagged = message(1, { recipient: 'ann+shop@one.example' });
      const written = message(2, {
        sender: 'ann@one.example',
        recipient: 'bob@one.example',
        mailboxId: 'bob',
      });
      const toMany = message(3, { sender: 'bob@one.example', direction: 'out', mailboxId: 'bob' });
      const toOther = { ...toMany, recipient: 'eve@out.example' };
      const foreign = message(4, { recipient: 'bob@one.example', mailboxId: 'bob' });
      await trace.add({
        messages: [tagged, written, toMany, toOther, foreign, elsewhere.message(1)],
        steps: [
          ...[step(tagged), step(written), step(foreign), step(toMany, { key: 'submit' })],
          step(toMany, { key: 'a', recipient: 'ann@one.example' }),
          step(toMany, { key: 'e', recipient: 'eve@out.example' }),
        ],
      });
      const who = { mailboxId: 'ann', addresses: ['ann@one.example', 'alias@one.example'] };
      expect(await trace.forget(tenantId, who)).toBe(3);
      expect(await trace.list(tenantId, { limit: 10 })).toEqual([foreign, toOther]);
      const ids = [tagged, written, toMany, foreign].map((one) => one.traceId);
      expect((await trace.steps(tenantId, ids, 10)).map((one) => one.key)).toEqual(['e', 'submit', 'place']);
      expect(await trace.forget(tenantId, who)).toBe(0);
      expect(await trace.list(elsewhere.tenantId, { limit: 10 })).toHaveLength(1);
    });
  });
}
