import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';
import {
  change,
  collection,
  commands,
  dataOf,
  everything,
  news,
  sendSync,
  serverId,
} from '../sync-request.ts';

/** Follow-up flags (MS-ASEMAIL 2.2.2.34, 3.1.5.1), on one of the stores. */
export function syncFlagsSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(version: string): Promise<Phone> {
    const address = `user${++users}@flags.test`;
    await server.addUser(address, 'a-password');
    return another(address, version);
  }

  async function another(address: string, version: string): Promise<Phone> {
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    await phone.folderSync();
    return phone;
  }

  const deliver = async (phone: Phone, mail: Parameters<typeof buildMail>[0] = {}) => {
    const raw = buildMail({ subject: 'mail', to: phone.address, ...mail });
    expect((await server.email('sender@sender.example', phone.address, raw)).outcome).toBe('ok');
  };

  /** A device that has one mail: its key and the item. */
  async function withMail(version: string, mail: Parameters<typeof buildMail>[0] = {}) {
    const phone = await newPhone(version);
    await deliver(phone, mail);
    const all = await everything(phone, 1);
    return { phone, key: all.key, id: serverId(all.commands('Add')[0]), add: all.commands('Add')[0] };
  }

  const push = (phone: Phone, key: string, ...nodes: WbxmlNode[]) =>
    sendSync(phone, [collection(phone.inbox, key, el('AirSync:GetChanges', 1), commands(...nodes))]);
  const day = (n: number) => new Date(Date.UTC(2026, 10, 20 + n)).toISOString();
  const flag = (...nodes: WbxmlNode[]) => el('Email:Flag', nodes);
  const status = (n: number | string) => el('Email:Status', n);
  const followUp = el('Email:FlagType', 'for Follow Up');
  const dates = (start: number, due: number, utcStart = start, utcDue = due) => [
    el('Tasks:StartDate', day(start)),
    el('Tasks:UtcStartDate', day(utcStart)),
    el('Tasks:DueDate', day(due)),
    el('Tasks:UtcDueDate', day(utcDue)),
  ];
  const completed = [el('Email:CompleteTime', day(0)), el('Tasks:DateCompleted', day(0))];

  describe.each(['14.1', '16.1'])('in %s', (version) => {
    describe('a flag (MSASEMAIL_S03)', () => {
      /** The flag as the device hears of it after its Change, or the status that refuses it. */
      async function flagged(...nodes: WbxmlNode[]) {
        const { phone, key, id } = await withMail(version);
        return { phone, id, ...(await flagAgain(phone, key, id, ...nodes)) };
      }

      async function flagAgain(phone: Phone, key: string, id: string, ...nodes: WbxmlNode[]) {
        const pushed = await push(phone, key, change(id, flag(...nodes)));
        expect(pushed.status).toBe('1');
        const heard = await news(phone, key);
        const [response] = pushed.responses('Change');
        return {
          key: heard.key,
          refused: textOf(response, 'AirSync:Status'),
          flag: child(dataOf(heard.commands('Change')[0]), 'Email:Flag'),
        };
      }

      const task = () => [
        status(2),
        el('Email:FlagType', 'Flag for follow up'),
        el('Tasks:Subject', 'to do'),
        ...dates(0, 20),
        el('Tasks:ReminderSet', 1),
        el('Tasks:ReminderTime', day(12)),
      ];

      test('keeps all that it can have (TC01)', async () => {
        const { refused, flag: kept } = await flagged(
          status(2),
          followUp,
          el('Tasks:Subject', 'to do'),
          ...dates(0, 20),
          el('Tasks:OrdinalDate', day(0)),
          el('Tasks:SubOrdinalDate', '5/1/2026'),
          el('Tasks:ReminderSet', 1),
          el('Tasks:ReminderTime', day(12)),
          ...completed,
        );
        expect(refused).toBeUndefined();
        const words = [
          ['Email:Status', '2'],
          ['Email:FlagType', 'for Follow Up'],
          ['Tasks:Subject', 'to do'],
          ['Tasks:SubOrdinalDate', '5/1/2026'],
          ['Tasks:ReminderSet', '1'],
        ] as const;
        for (const [tag, value] of words) expect(textOf(kept, tag), tag).toBe(value);
        for (const [tag, at] of [
          ['Tasks:StartDate', 0],
          ['Tasks:UtcDueDate', 20],
          ['Tasks:OrdinalDate', 0],
          ['Tasks:ReminderTime', 12],
          ['Email:CompleteTime', 0],
          ['Tasks:DateCompleted', 0],
        ] as const) {
          expect(Date.parse(textOf(kept, tag) ?? ''), tag).toBe(Date.parse(day(at)));
        }
      });

      test.each([
        ['of another status (TC02)', [status(3), followUp, ...completed]],
        ['with a reminder at no time (TC04)', [status(2), followUp, el('Tasks:ReminderSet', 1)]],
        ['due before its start (TC05)', [status(2), followUp, ...dates(20, 10, 20, 30)]],
        ['due before its start in UTC (TC06)', [status(2), followUp, ...dates(20, 30, 20, 0)]],
        [
          'with local dates alone (TC07)',
          [status(2), followUp, el('Tasks:StartDate', day(0)), el('Tasks:DueDate', day(20))],
        ],
        ['without a type (TC16)', [status(2)]],
        ['that is done at no time', [status(1), followUp]],
      ])('%s is Status 6 of the Change', async (_name, nodes) => {
        expect(await flagged(...nodes)).toMatchObject({ refused: '6', flag: undefined });
      });

      test.each([
        ['with dates in their order (TC08, TC11)', [status(2), followUp, ...dates(0, 20)], '2'],
        ['with the time of its end (TC26)', [status(2), followUp, ...completed], '2'],
        ['of a task (TC27)', task(), '2'],
        ['that is done (TC03)', [status(1), followUp, ...completed], '1'],
        ['that is done, without a type (TC12)', [status(1), ...completed], '1'],
      ])('%s is taken', async (_name, nodes, expected) => {
        const { refused, flag: kept } = await flagged(...nodes);
        expect([refused, textOf(kept, 'Email:Status')]).toEqual([undefined, expected]);
        if (expected === '1') {
          expect(textOf(kept, 'Email:CompleteTime')).toBeDefined();
          expect(textOf(kept, 'Tasks:DateCompleted')).toBeDefined();
        }
      });

      test.each([
        ['Status 0 (TC13)', [status(2), followUp, ...dates(0, 20)], [status(0)]],
        ['an empty element (TC14)', [status(2), followUp, ...dates(0, 20)], []],
        ['Status 0 where it is of a task (TC28)', task(), [status(0)]],
        ['an empty element where it is of a task (TC29)', task(), []],
      ])('is cleared by %s', async (_name, set, clear) => {
        const { phone, id, key } = await flagged(...set);
        const cleared = await flagAgain(phone, key, id, ...clear);
        expect(cleared.refused).toBeUndefined();
        expect(cleared.flag?.children).toEqual([]);
      });

      test('of a task is done, or gets another type (TC30, TC31)', async () => {
        const { phone, id, key } = await flagged(...task());
        const done = await flagAgain(phone, key, id, status(1), ...completed);
        expect([done.refused, textOf(done.flag, 'Email:Status')]).toEqual([undefined, '1']);
        const other = await flagAgain(phone, done.key, id, status(2), followUp);
        expect(textOf(other.flag, 'Email:FlagType')).toBe('for Follow Up');
      });

      test('is replaced as a whole (TC15)', async () => {
        const { phone, id, key } = await flagged(status(2), el('Email:FlagType', 'first'), ...dates(0, 20));
        const second = await flagAgain(phone, key, id, status(2), el('Email:FlagType', 'second'));
        expect(textOf(second.flag, 'Email:FlagType')).toBe('second');
        expect(textOf(second.flag, 'Tasks:DueDate')).toBeUndefined();
      });

      test('may say each of its elements twice; the last one counts (TC17 to TC25)', async () => {
        const whole = [
          status(2),
          followUp,
          el('Tasks:Subject', 'to do'),
          ...dates(0, 20),
          el('Tasks:OrdinalDate', day(0)),
          el('Tasks:SubOrdinalDate', 'x'),
          el('Tasks:ReminderSet', 1),
          el('Tasks:ReminderTime', day(12)),
        ];
        const first: Record<string, WbxmlNode> = {
          'Email:Status': status(1),
          'Tasks:DueDate': el('Tasks:DueDate', day(19)),
          'Tasks:UtcDueDate': el('Tasks:UtcDueDate', day(19)),
          'Tasks:StartDate': el('Tasks:StartDate', day(1)),
          'Tasks:UtcStartDate': el('Tasks:UtcStartDate', day(1)),
          'Tasks:OrdinalDate': el('Tasks:OrdinalDate', day(3)),
          'Tasks:SubOrdinalDate': el('Tasks:SubOrdinalDate', 'y'),
          'Tasks:ReminderSet': el('Tasks:ReminderSet', 0),
          'Tasks:ReminderTime': el('Tasks:ReminderTime', day(2)),
        };
        const { phone, key, id } = await withMail(version);
        let at = key;
        for (const [tag, extra] of Object.entries(first)) {
          const place = whole.findIndex((n) => n.tag === tag);
          const nodes = [...whole.slice(0, place), extra, ...whole.slice(place)];
          const twice = await flagAgain(phone, at, id, ...nodes);
          expect(twice.refused, tag).toBeUndefined();
          expect(textOf(twice.flag, 'Email:Status'), tag).toBe('2');
          at = twice.key;
        }
      });
    });
  });
}
