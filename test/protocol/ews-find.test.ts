import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, children } from '../../codecs/soap/read.ts';
import { decodeId } from '../../workers/ews/ids/id.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const field = (uri: string) => `<t:FieldURI FieldURI="${uri}"/>`;
const constant = (value: string) =>
  `<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant>`;

describe('FindItem', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@find.example', 'secret-ann-1');
    ann = ewsClient(server, 'ann@find.example', 'secret-ann-1');
    for (let n = 1; n <= 9; n++) {
      const raw = buildMail({
        messageId: `<m${n}@x.example>`,
        subject: `Letter ${n} of ${n % 2 === 0 ? 'apples' : 'pears'}`,
        from: n % 3 === 0 ? 'Zed <zed@x.example>' : 'Amy <amy@x.example>',
        to: 'ann@find.example',
        text: n === 5 ? 'the treasure is below the old oak' : `words ${n}`,
      });
      await server.email('amy@x.example', 'ann@find.example', raw);
      // Each in a millisecond of its own.
      for (const at = Date.now(); Date.now() - at < 2; )
        await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await server.drain();
  });
  afterAll(() => server.stop());

  async function find(
    more: string,
    {
      folder = 'inbox',
      shape = 'Default',
      view = '',
    }: { folder?: string; shape?: string; view?: string } = {},
  ) {
    const answer = await ann.call(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>${shape}</t:BaseShape></m:ItemShape>${view}${more.startsWith('<m:QueryString') ? '' : more}<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds>${more.startsWith('<m:QueryString') ? more : ''}</m:FindItem>`,
    );
    const root = at(answer.messages[0] ?? null, 'RootFolder');
    const numbers = (at(root, 'Items')?.children ?? []).map((one) =>
      Number(/Letter (\d)/.exec(at(one, 'Subject')?.text ?? '')?.[1] ?? 0),
    );
    return { answer, root, numbers, attributes: root?.attributes ?? {} };
  }
  const sort = (uri: string, order: string) =>
    `<m:SortOrder><t:FieldOrder Order="${order}">${field(uri)}</t:FieldOrder></m:SortOrder>`;
  const where = (expression: string) => `<m:Restriction>${expression}</m:Restriction>`;

  it('is newest first, and sorted by what is asked for', async () => {
    expect((await find('')).numbers).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect((await find(sort('item:DateTimeReceived', 'Ascending'))).numbers).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect((await find(sort('item:Subject', 'Descending'))).numbers[0]).toBe(9);
    const two = `<m:SortOrder><t:FieldOrder Order="Descending">${field('message:From')}</t:FieldOrder><t:FieldOrder Order="Ascending">${field('item:Subject')}</t:FieldOrder></m:SortOrder>`;
    expect((await find(two)).numbers).toEqual([3, 6, 9, 1, 2, 4, 5, 7, 8]);
    const uid =
      '<m:SortOrder><t:FieldOrder Order="Ascending"><t:ExtendedFieldURI PropertyTag="0x0E23" PropertyType="Integer"/></t:FieldOrder></m:SortOrder>';
    expect((await find(uid)).numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('pages from the beginning, from the end and by fractions', async () => {
    const first = await find('', {
      view: '<m:IndexedPageItemView MaxEntriesReturned="4" Offset="0" BasePoint="Beginning"/>',
    });
    expect([first.numbers, first.attributes]).toEqual([
      [9, 8, 7, 6],
      { IndexedPagingOffset: '4', TotalItemsInView: '9', IncludesLastItemInRange: 'false' },
    ]);
    const last = await find('', {
      view: '<m:IndexedPageItemView MaxEntriesReturned="4" Offset="8" BasePoint="Beginning"/>',
    });
    expect([last.numbers, last.attributes['IncludesLastItemInRange']]).toEqual([[1], 'true']);
    const end = await find('', {
      view: '<m:IndexedPageItemView MaxEntriesReturned="2" Offset="1" BasePoint="End"/>',
    });
    expect(end.numbers).toEqual([3, 2]);
    const part = await find('', {
      view: '<m:FractionalPageItemView MaxEntriesReturned="3" Numerator="1" Denominator="3"/>',
    });
    expect([
      part.numbers,
      part.attributes['NumeratorOffset'],
      part.attributes['AbsoluteDenominator'],
    ]).toEqual([[6, 5, 4], '6', '9']);
    const bad = await find('', {
      view: '<m:IndexedPageItemView MaxEntriesReturned="0" Offset="0" BasePoint="Beginning"/>',
    });
    expect(bad.answer.codes).toEqual(['ErrorInvalidPagingMaxRows']);
  });

  it.each<[string, string, number[]]>([
    [
      'a part of the subject',
      `<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">${field('item:Subject')}<t:Constant Value="APPLES"/></t:Contains>`,
      [8, 6, 4, 2],
    ],
    [
      'its beginning, as it is written',
      `<t:Contains ContainmentMode="Prefixed" ContainmentComparison="Exact">${field('item:Subject')}<t:Constant Value="Letter 7"/></t:Contains>`,
      [7],
    ],
    [
      'both of two',
      `<t:And><t:Contains ContainmentMode="Substring" ContainmentComparison="Exact">${field('item:Subject')}<t:Constant Value="pears"/></t:Contains><t:Not><t:IsEqualTo>${field('message:IsRead')}${constant('true')}</t:IsEqualTo></t:Not></t:And>`,
      [9, 7, 5, 3, 1],
    ],
    [
      'one of two',
      `<t:Or><t:IsEqualTo>${field('item:Subject')}${constant('Letter 1 of pears')}</t:IsEqualTo><t:IsEqualTo>${field('message:InternetMessageId')}${constant('&lt;m2@x.example&gt;')}</t:IsEqualTo></t:Or>`,
      [2, 1],
    ],
    [
      'words of the body',
      `<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">${field('item:Body')}<t:Constant Value="treasure"/></t:Contains>`,
      [5],
    ],
    [
      'later than a time',
      `<t:IsGreaterThan>${field('item:DateTimeReceived')}${constant('2100-01-01T00:00:00Z')}</t:IsGreaterThan>`,
      [],
    ],
    [
      'a property that is there',
      `<t:And><t:Exists>${field('item:Subject')}</t:Exists><t:IsLessThan>${field('item:Subject')}${constant('Letter 2')}</t:IsLessThan></t:And>`,
      [1],
    ],
    [
      'a MAPI property',
      `<t:IsEqualTo><t:ExtendedFieldURI PropertyTag="0x0037" PropertyType="String"/>${constant('Letter 4 of apples')}</t:IsEqualTo>`,
      [4],
    ],
  ])('finds by %s', async (_what, expression, numbers) => {
    const found = await find(where(expression));
    expect([found.answer.codes, found.numbers]).toEqual([['NoError'], numbers]);
  });

  it('finds what people type', async () => {
    expect((await find('<m:QueryString>subject:apples</m:QueryString>')).numbers).toEqual([8, 6, 4, 2]);
    expect((await find('<m:QueryString>treasure oak</m:QueryString>')).numbers).toEqual([5]);
  });

  it('groups, each group by the weight of its members', async () => {
    const { root } = await find(
      `<m:GroupBy Order="Ascending">${field('message:From')}<t:AggregateOn Aggregate="Maximum">${field('item:DateTimeReceived')}</t:AggregateOn></m:GroupBy>`,
    );
    const groups = children(at(root, 'Groups'), 'GroupedItems');
    expect(groups.map((one) => at(one, 'Items')?.children.length)).toEqual([6, 3]);
  });

  it('says what cannot be searched for, and refuses what is no restriction', async () => {
    const answer = (
      await find(where(`<t:IsEqualTo>${field('item:MimeContent')}${constant('x')}</t:IsEqualTo>`))
    ).answer;
    expect(answer.codes).toEqual(['ErrorUnsupportedPathForQuery']);
    expect((await find(where('<t:Nonsense/>'))).answer.status).toBe(400);
    const many = `<t:Or>${`<t:Exists>${field('item:Subject')}</t:Exists>`.repeat(300)}</t:Or>`;
    expect((await find(where(many))).answer.codes).toEqual(['ErrorRestrictionTooComplex']);
  });

  it('a calendar is not seen in a folder of mail', async () => {
    const view = '<m:CalendarView StartDate="2026-01-01T00:00:00Z" EndDate="2026-02-01T00:00:00Z"/>';
    expect((await find('', { view })).answer.codes).toEqual(['ErrorCalendarFolderIsInvalidForCalendarView']);
    expect((await find('', { view, folder: 'calendar' })).numbers).toEqual([]);
  });

  it('finds an item by the name that programs take for its key, in its folder alone', async () => {
    const tag = '<t:ExtendedFieldURI PropertyTag="0x10F3" PropertyType="String"/>';
    const named = (name: string) => where(`<t:IsEqualTo>${tag}${constant(name)}</t:IsEqualTo>`);
    const all = await find('', { shape: 'IdOnly' });
    const [, id = ''] = /<t:ItemId Id="([^"]+)"/.exec(all.answer.text) ?? [];
    const decoded = decodeId(id);
    const itemId = decoded.kind === 'item' ? decoded.itemId : '';
    expect((await find(named(`${itemId}.EML`))).numbers).toEqual([9]);
    expect((await find(named(`${itemId}.EML`), { folder: 'drafts' })).numbers).toEqual([]);
    expect((await find(named(`${'0'.repeat(26)}.EML`))).numbers).toEqual([]);
    expect((await find(named('anything else.EML'))).numbers).toEqual([]);
  });
});
