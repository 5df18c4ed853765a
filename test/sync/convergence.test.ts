import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientCommand } from '../../core/sync/state.ts';
import { ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

type Step =
  | { kind: 'deliver' }
  | { kind: 'read' | 'remove' | 'trash' | 'restore'; pick: number }
  | { kind: 'sync'; device: number; window: number; lost: boolean }
  | { kind: 'push'; device: number; pick: number; what: 'read' | 'delete'; lost: boolean }
  | { kind: 'restart'; device: number };

const pick = fc.nat(1000);
const device = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'deliver' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('read', 'remove', 'trash', 'restore'), pick }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sync' as const),
      device,
      window: fc.integer({ min: 1, max: 9 }),
      lost: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      device,
      pick,
      what: fc.constantFrom('read' as const, 'delete' as const),
      lost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), device }) },
);

test('three devices, mail and a second actor in any order, with lost answers: all views become the mailbox (I18)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 80, size: 'max' }), async (steps) => {
      const { mailbox, inbox, trash } = await newMailbox();
      for (let i = 0; i < 12; i++) await mailbox.insert(newMessage(NOW - i * 1000));
      const devices = [0, 1, 2].map(() => new ModelDevice(mailbox, inbox));
      const anyOf = async (folder: string, n: number) => {
        const items = await mailbox.snapshot(folder, 0, null, 1000);
        return items[n % Math.max(1, items.length)];
      };
      for (const s of steps) {
        const phone = 'device' in s ? devices[s.device] : undefined;
        if (s.kind === 'deliver') await mailbox.insert(newMessage());
        else if (s.kind === 'read') {
          const item = await anyOf(inbox, s.pick);
          if (item) await mailbox.setFlags([{ itemId: item.itemId, isRead: !item.isRead }]);
        } else if (s.kind === 'remove' || s.kind === 'trash' || s.kind === 'restore') {
          const item = await anyOf(s.kind === 'restore' ? trash : inbox, s.pick);
          if (item && s.kind === 'remove') await mailbox.remove([item.itemId], NOW);
          else if (item) await mailbox.move([item.itemId], s.kind === 'trash' ? trash : inbox);
        } else if (phone && s.kind === 'sync') {
          const reply = await phone.ask({ windowSize: s.window });
          if (s.lost) phone.lostWindow = Math.max(phone.lostWindow, s.window);
          else await phone.take(reply, s.window);
        } else if (phone && s.kind === 'push') {
          const ids = [...phone.view.keys()];
          const itemId = ids[s.pick % Math.max(1, ids.length)];
          if (itemId === undefined || phone.key === '0') continue;
          const command: ClientCommand =
            s.what === 'read' ? { kind: 'change', itemId, isRead: true } : { kind: 'delete', itemId };
          if (s.lost) {
            await phone.ask({ commands: [command] });
            phone.lostWindow = 100;
          }
          await phone.push([command]);
        } else if (phone && s.kind === 'restart') {
          phone.key = '0';
          phone.view.clear();
        }
      }
      const truth = new Map((await mailbox.snapshot(inbox, 0, null, 1000)).map((i) => [i.itemId, i.isRead]));
      for (const phone of devices) {
        await phone.settle(5);
        expect(phone.odd).toEqual([]);
        const told = (view: Map<string, boolean>) =>
          Object.fromEntries([...view].filter(([itemId]) => !phone.skipped.has(itemId)));
        expect(told(phone.view)).toEqual(told(truth));
      }
    }),
    { numRuns: 1000 },
  );
}, 60_000);
