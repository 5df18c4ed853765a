import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { bodyOf, bodyPreference, Phone } from '../phone.ts';

interface Result {
  collectionId: string | undefined;
  id: string | undefined;
  properties: WbxmlElement | undefined;
  subject: string | undefined;
}

interface Answer {
  /** Of the Store, or of the Response of Find. */
  status: string | undefined;
  /** Of the whole. */
  top: string | undefined;
  range: string | undefined;
  total: string | undefined;
  results: Result[];
  element: WbxmlElement | undefined;
}

const and = (...parts: WbxmlNode[]) => [el('Search:And', parts)];
const text = (words: string) => el('Search:FreeText', words);
const folder = (id: string) => el('AirSync:CollectionId', id);
const REBUILD = el('Search:RebuildResults');
const DEEP = el('Search:DeepTraversal');
const range = (value: string) => el('Search:Range', value);

/** Search and Find, on one of the stores. */
export function searchSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  let phone: Phone;
  let users = 0;

  async function newPhone(): Promise<Phone> {
    const address = `searcher${++users}@mail.test`;
    await server.addUser(address, 'a-password');
    return new Phone(server, address, 'a-password').start();
  }

  async function deliver(to: Phone, options: Parameters<typeof buildMail>[0]): Promise<void> {
    const { outcome } = await server.email('sender@sender.example', to.address, buildMail(options));
    expect(outcome).toBe('ok');
  }

  async function search(
    from: Phone,
    query: WbxmlNode[] | string,
    options: WbxmlNode[] = [REBUILD, DEEP],
    name = 'Mailbox',
  ): Promise<Answer> {
    const { root, status } = await from.post(
      'Search',
      el(
        'Search:Search',
        el(
          'Search:Store',
          el('Search:Name', name),
          el('Search:Query', ...(typeof query === 'string' ? [query] : query)),
          options.length === 0 ? null : el('Search:Options', options),
        ),
      ),
    );
    expect(status).toBe(200);
    expect(root?.tag).toBe('Search:Search');
    expect(root?.children.map((c) => c.tag)).toEqual(['Search:Status', 'Search:Response']);
    const element = child(child(root ?? undefined, 'Search:Response'), 'Search:Store');
    return {
      status: textOf(element, 'Search:Status'),
      top: textOf(root ?? undefined, 'Search:Status'),
      range: textOf(element, 'Search:Range'),
      total: textOf(element, 'Search:Total'),
      results: children(element, 'Search:Result').map((r) => ({
        collectionId: textOf(r, 'AirSync:CollectionId'),
        id: textOf(r, 'Search:LongId'),
        properties: child(r, 'Search:Properties'),
        subject: textOf(child(r, 'Search:Properties'), 'Email:Subject'),
      })),
      element,
    };
  }

  async function find(
    from: Phone,
    searchId: string,
    freeText: string,
    options: { collectionId?: string; range?: string; deep?: boolean; className?: string } = {},
  ): Promise<Answer> {
    const { collectionId, className = 'Email' } = options;
    const { root } = await from.post(
      'Find',
      el(
        'Find:Find',
        el('Find:SearchId', searchId),
        el(
          'Find:ExecuteSearch',
          el(
            'Find:MailBoxSearchCriterion',
            el(
              'Find:Query',
              el('AirSync:Class', className),
              collectionId === undefined ? null : folder(collectionId),
              el('Find:FreeText', freeText),
            ),
            el(
              'Find:Options',
              options.range === undefined ? null : el('Find:Range', options.range),
              options.deep === true ? el('Find:DeepTraversal') : null,
            ),
          ),
        ),
      ),
    );
    const element = child(root ?? undefined, 'Find:Response');
    return {
      status: textOf(element, 'Find:Status'),
      top: textOf(root ?? undefined, 'Find:Status'),
      range: textOf(element, 'Find:Range'),
      total: textOf(element, 'Find:Total'),
      results: children(element, 'Find:Result').map((r) => ({
        collectionId: textOf(r, 'AirSync:CollectionId'),
        id: textOf(r, 'AirSync:ServerId'),
        properties: child(r, 'Find:Properties'),
        subject: textOf(child(r, 'Find:Properties'), 'Email:Subject'),
      })),
      element,
    };
  }

  /** Searches until the index has the texts of `count` messages. */
  async function indexed(from: Phone, words: string, count: number): Promise<Answer> {
    const end = Date.now() + 60_000;
    for (;;) {
      const answer = await search(from, and(text(words)));
      expect(answer.status).toBe('1');
      if (answer.results.filter((r) => r.properties !== undefined).length >= count) return answer;
      if (Date.now() > end) throw new Error(`${answer.total} of ${count} messages were found for ${words}`);
      await new Promise((r) => setTimeout(r, 100));
    }
  }

  const subjects = (answer: Answer) => answer.results.map((r) => r.subject);
  const all = () => [el('AirSync:Class', 'Email'), folder(phone.inbox)];

  beforeAll(async () => {
    server = await startServer({ store });
    phone = await newPhone();
    await deliver(phone, {
      from: 'Grace Hopper <grace@navy.example>',
      to: phone.address,
      cc: 'Ada <ada@engine.example>',
      subject: 'Keyword1234_First report',
      text: 'The compiler found a Zwetschgenmus in the relay. 東京で会議があります。\r\n',
      attachments: [{ name: 'Moth-photo.pdf', content: 'x' }],
    });
    await deliver(phone, {
      to: phone.address,
      subject: 'Keyword1234_Second report',
      text: `${'Long introduction. '.repeat(120)}At the end stands needleword here.\r\n`,
      messageId: '<second@x.example>',
    });
    await deliver(phone, {
      to: phone.address,
      subject: 'Re: Keyword1234_Second report',
      html: '<p>An <b>answer</b> about compilers</p>',
      inReplyTo: '<second@x.example>',
      references: ['<second@x.example>'],
    });
    await phone.receive(3);
    await indexed(phone, 'keyword1234', 3);
  }, 120_000);
  afterAll(() => server?.stop());

  describe('Search in the mailbox (MS-ASCMD 2.2.1.16)', () => {
    test('S14_TC01, S14_TC13, MS-ASEMAIL S01_TC24 finds messages by words anywhere in them, newest first', async () => {
      const answer = await search(phone, and(...all(), text('keyword1234')), [REBUILD, DEEP, range('0-2')]);
      expect(answer).toMatchObject({ top: '1', status: '1', range: '0-2', total: '3' });
      expect(subjects(answer)).toEqual([
        'Re: Keyword1234_Second report',
        'Keyword1234_Second report',
        'Keyword1234_First report',
      ]);
      for (const result of answer.results) {
        expect(result.collectionId).toBe(phone.inbox);
        expect(result.properties?.children.length).toBeGreaterThan(5);
      }
      expect(child(answer.element, 'Search:Result')?.children.map((c) => c.tag)).toEqual([
        'AirSync:Class',
        'Search:LongId',
        'AirSync:CollectionId',
        'Search:Properties',
      ]);
    });

    test.each([
      ['a word of the body', 'zwetschgenmus', 1],
      ['the beginning of a word, in any case (S14_TC28)', 'COMPIL', 2],
      ['a word far down the body', 'needleword', 1],
      ['Japanese', '会議', 1],
      ['a sender', 'hopper', 1],
      ['an address', 'grace@navy.example', 1],
      ['a property', 'cc:ada', 1],
      ['a property that does not hold it', 'to:ada', 0],
      ['the name of an attachment', 'moth', 1],
      ['attachments', 'report has:attachment', 1],
      ['a phrase', '"in the relay"', 1],
      ['alternatives', 'zwetschgenmus OR needleword', 2],
      ['exclusions', 'keyword1234 -needleword', 2],
      ['a range of time', 'keyword1234 received:2001', 0],
      ['nothing but signs', '!?', 0],
    ])('finds %s', async (_what, words, count) => {
      const answer = await search(phone, and(...all(), text(words)));
      expect(answer.status).toBe('1');
      expect(answer.results.filter((r) => r.properties !== undefined)).toHaveLength(count);
    });

    test('S14_TC12 nothing found is one empty Result', async () => {
      const answer = await search(phone, and(...all(), text('nowherefound')));
      expect(answer).toMatchObject({ top: '1', status: '1' });
      expect(answer.results).toHaveLength(1);
      expect(child(answer.element, 'Search:Result')?.children).toEqual([]);
    });

    test.each<[string, string, () => WbxmlNode[]]>([
      ['S14_TC02 two And', '8', () => [...and(...all(), text('x')), el('Search:And')]],
      ['S14_TC03 Class beside the And', '8', () => [el('AirSync:Class', 'Email'), ...and(text('x'))]],
      ['S14_TC04 CollectionId beside the And', '8', () => [folder(phone.inbox), ...and(text('x'))]],
      ['S14_TC05 FreeText beside the And', '8', () => [text('x'), ...and(...all())]],
      [
        'S14_TC27 ConversationId beside the And',
        '8',
        () => [el('Search:ConversationId', new Uint8Array(16)), ...and(folder(phone.inbox))],
      ],
      ['S14_TC30 Or', '8', () => [el('Search:Or', el('AirSync:Class', 'Email'), text('x'))]],
      [
        'S14_TC31 GreaterThan beside the And',
        '8',
        () => [date('GreaterThan', '2012-03-28T07:31:09.314Z'), ...and(text('x'))],
      ],
      ['S14_TC32 LessThan beside the And', '8', () => [date('LessThan', '50'), ...and(text('x'))]],
      ['an And in the And', '8', () => and(text('x'), ...and(text('y')))],
      [
        'S14_TC11, MS-ASEMAIL S01_TC23 an element of mail',
        '2',
        () => and(text('x'), el('Email:To', 'a@b.example')),
      ],
      ['a date that is none', '2', () => and(text('x'), date('GreaterThan', '50'))],
      ['a class that there is not', '2', () => and(el('AirSync:Class', 'Letters'), text('x'))],
      ['an empty query', '2', () => []],
      [
        'S14_TC29 two conversations',
        '2',
        () => {
          const id = el('Search:ConversationId', '00112233445566778899aabbccddeeff');
          return and(id, id, text('x'));
        },
      ],
      ['a folder that there is not', '11', () => and(folder('no-such-folder'), text('x'))],
    ])('%s: Status %s', async (_what, status, query) => {
      const answer = await search(phone, query());
      expect(answer).toMatchObject({ top: '1', status });
      expect(answer.results).toEqual([]);
    });

    test('S14_TC06 to S14_TC09 repeated options are tolerated', async () => {
      const twice = [DEEP, DEEP, REBUILD, REBUILD, range('0-9'), range('0-9')];
      const mime = [el('AirSync:MIMESupport', 2), el('AirSync:MIMESupport', 2)];
      expect((await search(phone, and(...all(), text('report')), [...twice, ...mime])).status).toBe('1');
    });

    test('S14_TC10 of several stores the first is searched', async () => {
      const one = el(
        'Search:Store',
        el('Search:Name', 'Mailbox'),
        el('Search:Query', and(text('needleword'))),
      );
      const { root } = await phone.post('Search', el('Search:Search', one, one));
      const stores = children(child(root ?? undefined, 'Search:Response'), 'Search:Store');
      expect(stores.map((s) => textOf(s, 'Search:Status'))).toEqual(['1']);
    });

    test('S14_TC15, S14_TC16, S14_TC17 every class may be asked for, and none', async () => {
      for (const classes of [
        ['Tasks', 'Email', 'Calendar', 'Contacts', 'Notes', 'SMS'],
        ['Email', 'Calendar'],
        [],
      ]) {
        const query = and(
          ...phone.folders.slice(0, 3).map((f) => folder(f.id)),
          folder(phone.inbox),
          ...classes.map((name) => el('AirSync:Class', name)),
          text('needleword'),
        );
        const answer = await search(phone, query);
        expect(subjects(answer)).toEqual(['Keyword1234_Second report']);
      }
      const answer = await search(phone, and(el('AirSync:Class', 'Calendar'), text('needleword')));
      expect(answer.results[0]?.properties).toBeUndefined();
    });

    test('the range says which results, and the total how many there are', async () => {
      const ask = (value: string) => search(phone, and(text('keyword1234')), [range(value)]);
      expect(await ask('0-0')).toMatchObject({ range: '0-0', total: '3', status: '1' });
      const second = await ask('1-9');
      expect(second).toMatchObject({ range: '1-2', total: '3' });
      expect(subjects(second)).toEqual(['Keyword1234_Second report', 'Keyword1234_First report']);
      expect(await ask('0-999')).toMatchObject({ range: '0-2', status: '1' });
      expect((await ask('3-9')).status).toBe('12');
      for (const bad of ['9-0', 'x', '1', '-1-4']) expect((await ask(bad)).status).toBe('2');
      expect(await search(phone, and(text('keyword1234')), [])).toMatchObject({ range: '0-2' });
    });

    test('GreaterThan and LessThan bound the time of receipt', async () => {
      const found = await search(phone, and(text('keyword1234')));
      const at = textOf(found.results[1]?.properties, 'Email:DateReceived') ?? '';
      const count = async (...parts: WbxmlNode[]) =>
        (await search(phone, and(text('keyword1234'), ...parts))).results.filter((r) => r.id !== undefined)
          .length;
      expect(await count(date('GreaterThan', at))).toBe(1);
      expect(await count(date('LessThan', at))).toBe(1);
      expect(await count(date('GreaterThan', '2012-03-28T07:31:09.314Z'))).toBe(3);
      expect(await count(date('LessThan', '20120328T073109Z'))).toBe(0);
    });

    test('MS-ASCON S05_TC01 a conversation is found in all folders', async () => {
      const found = await search(phone, and(text('needleword')));
      const id = child(found.results[0]?.properties, 'Email2:ConversationId')?.opaque ?? new Uint8Array();
      const asked = and(el('AirSync:Class', 'Email'), el('Search:ConversationId', id));
      const answer = await search(phone, asked, [REBUILD, range('0-9'), DEEP]);
      expect(subjects(answer)).toEqual(['Re: Keyword1234_Second report', 'Keyword1234_Second report']);
      expect(
        (await search(phone, and(el('Search:ConversationId', new Uint8Array(16))))).results,
      ).toMatchObject([{ id: undefined }]);
    });

    test('S14_TC33, MS-ASAIRS S02 bodies come as the options ask', async () => {
      const query = and(...all(), text('needleword'));
      const plain = await search(phone, query, [bodyPreference(1, 40)]);
      expect(bodyOf(plain.results[0]?.properties)).toMatchObject({ type: '1', truncated: true });
      const mime = await search(phone, query, [el('AirSync:MIMESupport', 2), bodyPreference(4, 100)]);
      const body = bodyOf(mime.results[0]?.properties);
      expect(body).toMatchObject({ type: '4', truncated: true });
      expect(body.size).toBeGreaterThan(2000);
    });

    test('MS-ASCON S05_TC02, S05_TC03 a message part comes when it is asked for, of Type 2 alone', async () => {
      const part = (type: number) =>
        el(
          'AirSyncBase:BodyPartPreference',
          el('AirSyncBase:Type', type),
          el('AirSyncBase:TruncationSize', 12),
        );
      const query = and(text('answer'));
      const found = await search(phone, query, [part(2)]);
      expect(child(found.results[0]?.properties, 'AirSyncBase:BodyPart')).toBeDefined();
      expect((await search(phone, query, [part(3)])).status).toBe('164');
      expect(
        child((await search(phone, query)).results[0]?.properties, 'AirSyncBase:BodyPart'),
      ).toBeUndefined();
    });

    test('MS-ASAIRS S04_TC02 a preference with a type that is no number: Status 2', async () => {
      const wrong = el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 'one'));
      expect(await search(phone, and(text('x')), [wrong])).toMatchObject({ top: '1', status: '2' });
    });

    test('a LongId leads to the message', async () => {
      const found = await search(phone, and(text('zwetschgenmus')));
      const { fetched } = await phone.fetch([el('Search:LongId', found.results[0]?.id ?? '')]);
      expect(textOf(child(fetched, 'ItemOperations:Properties'), 'Email:Subject')).toBe(
        'Keyword1234_First report',
      );
    });

    test('without DeepTraversal the folder itself is searched alone, 0 and none mean all', async () => {
      const archive = phone.folders.find((f) => f.name === 'Archive')?.id ?? '';
      const count = async (...parts: WbxmlNode[]) =>
        (await search(phone, and(text('keyword1234'), ...parts), [])).results.filter(
          (r) => r.id !== undefined,
        ).length;
      expect(await count(folder(archive))).toBe(0);
      expect(await count(folder(phone.inbox), folder(archive))).toBe(3);
      expect(await count(folder('0'))).toBe(3);
      expect(await count()).toBe(3);
    });

    test('what a device marked as read, and what it deleted, is known at once', async () => {
      const own = await newPhone();
      await deliver(own, { to: own.address, subject: 'markme now', text: 'one' });
      await deliver(own, { to: own.address, subject: 'markme too', text: 'two' });
      const items = await own.receive(2);
      await indexed(own, 'markme', 2);
      const serverId = items[0]?.serverId ?? '';
      const count = async (words: string) =>
        (await search(own, and(text(words)))).results.filter((r) => r.id !== undefined).length;
      expect(await count('markme is:read')).toBe(0);
      await own.sync({
        commands: [
          el(
            'AirSync:Change',
            el('AirSync:ServerId', serverId),
            el('AirSync:ApplicationData', el('Email:Read', 1)),
          ),
        ],
      });
      expect(await count('markme is:read')).toBe(1);
      await own.sync({ commands: [el('AirSync:Delete', el('AirSync:ServerId', serverId))] });
      expect((await search(own, and(folder(own.inbox), text('markme')))).total).toBe('1');
    });

    test('I25 nobody finds the mail of another', async () => {
      const stranger = await newPhone();
      expect((await search(stranger, and(text('keyword1234')))).total).toBe('0');
      const answer = await search(stranger, and(folder(phone.inbox), text('keyword1234')));
      expect(answer.total).toBe('0');
    });

    test('queries made to hurt are answered', async () => {
      for (const words of [
        '('.repeat(5000),
        'a* '.repeat(3000),
        '"',
        'x OR '.repeat(2000),
        '-'.repeat(4000),
      ]) {
        expect((await search(phone, and(text(words)))).status).toBe('1');
      }
    });

    test('S14_TC24 document libraries are refused, unknown stores are not known', async () => {
      const equal = (link: string) => [
        el('Search:EqualTo', el('DocumentLibrary:LinkId'), el('Search:Value', link)),
      ];
      expect((await search(phone, equal('\\\\server\\share'), [], 'DocumentLibrary')).status).toBe('5');
      expect((await search(phone, equal('nonsense'), [], 'DocumentLibrary')).status).toBe('4');
      expect((await search(phone, [], [], 'DocumentLibrary')).status).toBe('2');
      expect((await search(phone, 'x', [], 'Attic')).status).toBe('2');
    });

    test('an index that was lost is built anew from mailbox and blobs', async () => {
      const own = await newPhone();
      for (const subject of ['rebuilt one', 'rebuilt two']) await deliver(own, { to: own.address, subject });
      await indexed(own, 'rebuilt', 2);
      const reindex = (cursor: string | null) =>
        server.admin<{ removed: number; enqueued: number; cursor: string | null }>('POST', '/reindex', {
          address: own.address,
          cursor,
        });
      const first = await reindex(null);
      expect(first).toMatchObject({ removed: 2, enqueued: 0 });
      expect((await search(own, and(text('rebuilt')))).total).toBe('0');
      expect(await reindex(first.cursor)).toEqual({ removed: 0, enqueued: 2, cursor: null });
      await indexed(own, 'rebuilt', 2);
    });

    test('12.1 is answered too', async () => {
      phone.version = '12.1';
      try {
        expect(subjects(await search(phone, and(...all(), text('needleword'))))).toEqual([
          'Keyword1234_Second report',
        ]);
      } finally {
        phone.version = '16.1';
      }
    });
  });

  describe('Find in the mailbox (MS-ASCMD 2.2.1.2)', () => {
    test('S23_TC01, S23_TC05, MS-ASEMAIL S01_TC32 finds messages with what a list shows', async () => {
      const answer = await find(phone, crypto.randomUUID(), 'keyword1234', {
        collectionId: phone.inbox,
        range: '0-5',
        deep: true,
      });
      expect(answer).toMatchObject({ top: '1', status: '1', range: '0-2', total: '3' });
      expect(textOf(answer.element, 'ItemOperations:Store')).toBe('Mailbox');
      const first = answer.results[2];
      expect(first?.collectionId).toBe(phone.inbox);
      expect(first?.id).toMatch(/^\S{1,64}$/);
      const properties = Object.fromEntries((first?.properties?.children ?? []).map((c) => [c.tag, c.text]));
      expect(properties).toMatchObject({
        'Email:Subject': 'Keyword1234_First report',
        'Email:DisplayTo': phone.address,
        'Find:DisplayCc': 'Ada',
        'Email:Importance': '1',
        'Email:Read': '0',
        'Email2:IsDraft': '0',
        'Find:HasAttachments': '1',
        'Email:From': '"Grace Hopper" <grace@navy.example>',
      });
      expect(properties['Find:Preview']).toContain('Zwetschgenmus');
      expect(Date.parse(properties['Email:DateReceived'] ?? '')).toBeGreaterThan(Date.UTC(2026, 0));
    });

    test('S23_TC02 an empty SearchId: Status 2 in both places', async () => {
      expect(await find(phone, '', 'x', { collectionId: phone.inbox })).toMatchObject({
        top: '2',
        status: '2',
      });
      expect(await find(phone, 'id', '')).toMatchObject({ top: '2', status: '2' });
      expect(await find(phone, 'id', 'x', { className: 'Letters' })).toMatchObject({ top: '2' });
      expect(await find(phone, 'id', 'x', { range: '5-2' })).toMatchObject({ top: '2' });
      const { root } = await phone.post('Find', el('Find:Find'));
      expect(textOf(root ?? undefined, 'Find:Status')).toBe('2');
    });

    test('S23_TC08 a folder that there is not: Status 3', async () => {
      const answer = await find(phone, crypto.randomUUID(), 'x', { collectionId: '-1', range: '0-5' });
      expect(answer).toMatchObject({ top: '3', element: undefined });
    });

    test('S23_TC03 a search begins with the range 0, and goes on with its SearchId', async () => {
      const searchId = crypto.randomUUID();
      expect(await find(phone, searchId, 'keyword1234', { range: '2-5' })).toMatchObject({
        top: '1',
        status: '4',
      });
      expect(await find(phone, searchId, 'keyword1234', { range: '0-1' })).toMatchObject({
        status: '1',
        range: '0-1',
        total: '3',
      });
      const end = Date.now() + 60_000;
      let next = await find(phone, searchId, 'keyword1234', { range: '2-5' });
      // What is remembered is written behind the answer.
      while (next.status === '4' && Date.now() < end)
        next = await find(phone, searchId, 'keyword1234', { range: '2-5' });
      expect(next).toMatchObject({ status: '1', range: '2-2', total: '3' });
      expect(subjects(next)).toEqual(['Keyword1234_First report']);
    });

    test('S23_TC06 nothing found is no Result at all', async () => {
      const answer = await find(phone, crypto.randomUUID(), 'nowherefound', { range: '0-5' });
      expect(answer).toMatchObject({ top: '1', status: '1', total: '0' });
      expect(answer.element?.children.map((c) => c.tag)).toEqual([
        'ItemOperations:Store',
        'Find:Status',
        'Find:Total',
      ]);
    });

    test('understands the keyword query language', async () => {
      const count = async (words: string) => (await find(phone, crypto.randomUUID(), words)).results.length;
      expect(await count('from:grace')).toBe(1);
      expect(await count('subject:"second report"')).toBe(2);
      expect(await count('hasattachment:true')).toBe(1);
      expect(await count('keyword1234 NOT from:grace')).toBe(2);
      expect(await count('in:inbox needleword')).toBe(1);
      expect(await count('in:Archive needleword')).toBe(0);
    });
  });

  function date(operator: 'GreaterThan' | 'LessThan', value: string): WbxmlNode {
    return el(`Search:${operator}`, el('Email:DateReceived'), el('Search:Value', value));
  }
}
