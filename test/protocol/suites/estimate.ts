import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';

/** GetItemEstimate over ActiveSync, on one of the stores. */
export function estimateSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  /** A phone whose Inbox is at its first key, with `count` messages to come. */
  async function withMail(count = 0, version = '16.1'): Promise<Phone> {
    const address = `estimate${++users}@mail.test`;
    await server.addUser(address, 'a-password');
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    for (let i = 0; i < count; i++)
      await server.email('x@x.example', address, buildMail({ subject: `${i}` }));
    await phone.start();
    if (count > 0) {
      await expect.poll(async () => (await ask(phone, {})).estimates, { timeout: 60_000 }).toEqual([count]);
    }
    return phone;
  }

  const folderOf = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';

  interface Asked {
    id?: string;
    key?: string;
    conversationMode?: string;
    /** Children of Options, for each Options. */
    options?: WbxmlNode[][];
    /** More children of the collection. */
    more?: WbxmlNode[];
  }

  const collection = (phone: Phone, { id, key, conversationMode, options, more }: Asked) =>
    el(
      'GetItemEstimate:Collection',
      el('AirSync:SyncKey', key ?? phone.key),
      el('GetItemEstimate:CollectionId', id ?? phone.inbox),
      conversationMode === undefined ? null : el('AirSync:ConversationMode', conversationMode),
      more ?? null,
      (options ?? []).map((o) => el('AirSync:Options', o)),
    );

  async function askAll(phone: Phone, ...collections: WbxmlNode[]) {
    const body = el('GetItemEstimate:GetItemEstimate', el('GetItemEstimate:Collections', collections));
    const answer = await phone.post('GetItemEstimate', body);
    const root = answer.root ?? undefined;
    const responses = children(root, 'GetItemEstimate:Response');
    return {
      answer,
      status: textOf(root, 'GetItemEstimate:Status'),
      statuses: responses.map((r) => textOf(r, 'GetItemEstimate:Status')),
      estimates: responses.map((r) =>
        Number(textOf(child(r, 'GetItemEstimate:Collection'), 'GetItemEstimate:Estimate')),
      ),
    };
  }

  const ask = (phone: Phone, asked: Asked) => askAll(phone, collection(phone, asked));
  const filter = (type: number) => [[el('AirSync:FilterType', type)]];
  const ofClass = (name: string) => [el('AirSync:Class', name)];

  /** The first key of a folder. */
  async function primed(phone: Phone, type: string): Promise<Asked> {
    const id = folderOf(phone, type);
    return { id, key: (await phone.sync({ key: '0', collectionId: id, keep: true })).key };
  }

  describe('the estimate', () => {
    test('is what the next Sync brings (MSASCMD_S07_TC01)', async () => {
      const phone = await withMail(3);
      const { statuses, estimates, answer } = await ask(phone, { options: [ofClass('Email')] });
      expect({ statuses, estimates }).toEqual({ statuses: ['1'], estimates: [3] });
      const response = child(answer.root ?? undefined, 'GetItemEstimate:Response');
      expect(textOf(child(response, 'GetItemEstimate:Collection'), 'GetItemEstimate:CollectionId')).toBe(
        phone.inbox,
      );
      expect((await phone.sync()).adds).toHaveLength(3);
      expect((await ask(phone, { options: [ofClass('Email')] })).estimates).toEqual([0]);
    });

    test('without options counts everything (MSASCMD_S07_TC02)', async () => {
      const phone = await withMail(2);
      expect((await ask(phone, {})).estimates).toEqual([2]);
      expect((await ask(phone, { options: [ofClass('Email')] })).estimates).toEqual([2]);
      expect((await ask(phone, { options: filter(0) })).estimates).toEqual([2]);
    });

    test('takes the form of 12.1, with class and filter in the collection', async () => {
      const phone = await withMail(2, '12.1');
      const more = [el('GetItemEstimate:Class', 'Email'), el('AirSync:FilterType', 3)];
      expect(await ask(phone, { more })).toMatchObject({ statuses: ['1'], estimates: [2] });
    });

    test('of mail and text messages together is possible (MSASCMD_S07_TC14)', async () => {
      const phone = await withMail(1);
      const both = await ask(phone, { options: [ofClass('Email'), ofClass('SMS')] });
      expect(both).toMatchObject({ statuses: ['1'], estimates: [1] });
    });

    test('with conversations honours the mode (MSASCON_S02_TC01)', async () => {
      const phone = await withMail(2);
      expect(await ask(phone, { conversationMode: '1' })).toMatchObject({ statuses: ['1'], estimates: [2] });
      expect(await ask(phone, { conversationMode: '1', options: filter(1) })).toMatchObject({
        statuses: ['1'],
        estimates: [2],
      });
    });

    test('tolerates MaxItems twice for the cache (MSASCMD_S07_TC08)', async () => {
      const phone = await withMail();
      const asked = await primed(phone, '19');
      const options = [[el('AirSync:MaxItems', 2), el('AirSync:MaxItems', 3)]];
      expect((await ask(phone, { ...asked, options })).statuses).toEqual(['1']);
    });
  });

  describe('FilterType', () => {
    test.each([
      ['mail', '2', [0, 1, 2, 3, 4, 5], [6, 7, 8], 'MSASCMD_S07_TC04'],
      ['the calendar', '8', [0, 4, 5, 6, 7], [1, 2, 3, 8], 'MSASCMD_S07_TC05'],
      ['tasks', '7', [0, 8], [1, 2, 3, 4, 5, 6, 7], 'MSASCMD_S07_TC06'],
      ['contacts', '9', [0, 1, 8], [], 'MSASCMD_S07_TC03'],
    ] as const)('of %s: the valid ones are 1, the others fail the request with 110', async (_name, type, good, bad, _case) => {
      const phone = await withMail();
      const asked = await primed(phone, type);
      for (const value of good) {
        const { status, statuses } = await ask(phone, { ...asked, options: filter(value) });
        expect({ value, status, statuses }).toEqual({ value, status: undefined, statuses: ['1'] });
      }
      for (const value of bad)
        expect((await ask(phone, { ...asked, options: filter(value) })).status).toBe('110');
      // MSASCMD_S07_TC07
      expect((await ask(phone, { ...asked, options: filter(9) })).statuses).toEqual(['103']);
    });

    test('that the class does not know is HTTP 500 before 14.0', async () => {
      const phone = await withMail(0, '12.1');
      const more = [el('AirSync:FilterType', 7)];
      expect((await ask(phone, { more })).answer.status).toBe(500);
    });
  });

  describe('the status', () => {
    test('of an unknown folder is 2, beside that of another (MSASCMD_S07_TC09)', async () => {
      const phone = await withMail();
      const { statuses, answer } = await askAll(
        phone,
        collection(phone, await primed(phone, '9')),
        collection(phone, { id: 'InvalidCollectionId' }),
      );
      expect(statuses).toEqual(['1', '2']);
      const [, second] = children(answer.root ?? undefined, 'GetItemEstimate:Response');
      expect(second?.children.map((c) => c.tag)).toEqual(['GetItemEstimate:Status']);
    });

    test('of a folder that was never synced is 3 (MSASCMD_S07_TC10)', async () => {
      const phone = await withMail();
      expect((await ask(phone, { key: '0' })).statuses).toEqual(['3']);
      expect((await ask(phone, { id: folderOf(phone, '5') })).statuses).toEqual(['3']);
    });

    test('with a bad key, or that of another folder, is 4 (MSASCMD_S07_TC11, TC12)', async () => {
      const phone = await withMail();
      const contacts = await primed(phone, '9');
      expect((await ask(phone, { key: 'InvalidSyncKey' })).statuses).toEqual(['4']);
      expect((await ask(phone, { key: contacts.key ?? '' })).statuses).toEqual(['4']);
    });

    test('with conversations of what is no mail is 103 (MSASCMD_S07_TC13), and 4 at the top (MSASCON_S02_TC02)', async () => {
      const phone = await withMail();
      const unsynced = await ask(phone, { id: folderOf(phone, '9'), conversationMode: '1' });
      expect(unsynced.statuses).toEqual(['103']);
      const { status } = await ask(phone, { ...(await primed(phone, '8')), conversationMode: '1' });
      expect(status).toBe('4');
    });

    test('of more than 1000 collections is 103 (MSASCMD_S07_TC15)', async () => {
      const phone = await withMail();
      const many = Array.from({ length: 1001 }, () => collection(phone, {}));
      expect(await askAll(phone, ...many)).toMatchObject({ status: '103', statuses: [] });
    });

    test('of other classes together is 4 at the top (MSASCMD_S07_TC16)', async () => {
      const phone = await withMail();
      const asked = { options: [ofClass('Tasks'), ofClass('Contacts')] };
      expect(await ask(phone, asked)).toMatchObject({ status: '4', statuses: [] });
      expect((await ask(phone, { options: [ofClass('Email'), ofClass('Email')] })).status).toBe('4');
    });

    test('with MaxItems for another folder than the cache is 2', async () => {
      const phone = await withMail();
      expect((await ask(phone, { options: [[el('AirSync:MaxItems', 2)]] })).statuses).toEqual(['2']);
    });

    test.each<[string, WbxmlNode]>([
      ['no collection', el('GetItemEstimate:Collections')],
      [
        'no id',
        el('GetItemEstimate:Collections', el('GetItemEstimate:Collection', el('AirSync:SyncKey', '1'))),
      ],
      [
        'a filter that is no number',
        el(
          'GetItemEstimate:Collections',
          el(
            'GetItemEstimate:Collection',
            el('GetItemEstimate:CollectionId', 'a'),
            el('AirSync:Options', el('AirSync:FilterType', 'all')),
          ),
        ),
      ],
    ])('of a request with %s is 103, and HTTP 400 before 14.0', async (_name, collections) => {
      const phone = await withMail();
      const body = el('GetItemEstimate:GetItemEstimate', collections);
      const { root } = await phone.post('GetItemEstimate', body);
      expect(textOf(root ?? undefined, 'GetItemEstimate:Status')).toBe('103');
      phone.version = '12.1';
      expect((await phone.post('GetItemEstimate', body)).status).toBe(400);
    });
  });
}
