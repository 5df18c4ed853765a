import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, child } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const field = (uri: string) => `<t:FieldURI FieldURI="${uri}"/>`;
const tag = (id: string, type: string) => `<t:ExtendedFieldURI PropertyTag="${id}" PropertyType="${type}"/>`;
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const compare = (name: string, path: string, value: string) =>
  `<t:${name}>${path}<t:FieldURIOrConstant><t:Constant Value="${escaped(value)}"/></t:FieldURIOrConstant></t:${name}>`;
const contains = (path: string, value: string, mode = 'Substring', how = 'IgnoreCase') =>
  `<t:Contains ContainmentMode="${mode}" ContainmentComparison="${how}">${path}<t:Constant Value="${escaped(value)}"/></t:Contains>`;
const and = (...of: string[]) => `<t:And>${of.join('')}</t:And>`;
const or = (...of: string[]) => `<t:Or>${of.join('')}</t:Or>`;
const not = (of: string) => `<t:Not>${of}</t:Not>`;
/** True of everything, which no row says. */
const ALWAYS = `<t:Exists>${field('item:InstanceKey')}</t:Exists>`;
/** The same as a restriction, so that every item must be looked at. */
const byLooking = (of: string) => or(and(of, ALWAYS), not(ALWAYS));

describe('restrictions of FindItem', () => {
  let server: InProcess;
  let ann: EwsClient;
  const times: string[] = [];
  let folder = 'inbox';

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@restrict.example', 'secret-ann-1');
    ann = ewsClient(server, 'ann@restrict.example', 'secret-ann-1');
    for (let n = 0; n < 12; n++) {
      const raw = buildMail({
        messageId: `<R${n}@x.example>`,
        subject: ['Plan', 'RE: plan', 'Müller', 'MÜLLER und Söhne', '', 'other'][n % 6] ?? '',
        from: n % 3 === 0 ? 'Zed <zed@x.example>' : 'Jörg <amy@x.example>',
        to: 'ann@restrict.example',
        text: n === 7 ? 'the treasure is below the old oak' : `words ${n}`,
      });
      await server.email('amy@x.example', 'ann@restrict.example', raw);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await server.drain();
    const ids = (await find('', 'item:DateTimeReceived', 'Ascending')).ids;
    const change = (id: string, uri: string, inner: string) =>
      `<t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField>${uri}<t:Message>${inner}</t:Message></t:SetItemField></t:Updates></t:ItemChange>`;
    const changes = ids.flatMap((id, n) => [
      ...(n % 2 === 0 ? [change(id, field('message:IsRead'), '<t:IsRead>true</t:IsRead>')] : []),
      ...(n % 4 === 1
        ? [
            change(
              id,
              field('item:Categories'),
              '<t:Categories><t:String>Work</t:String><t:String>Ärger</t:String></t:Categories>',
            ),
          ]
        : []),
      ...(n % 5 === 2
        ? [change(id, field('item:Flag'), '<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>')]
        : []),
      ...(n % 5 === 3 ? [change(id, field('item:Importance'), '<t:Importance>High</t:Importance>')] : []),
      ...(n === 4
        ? [
            change(
              id,
              tag('0x7777', 'String'),
              `<t:ExtendedProperty>${tag('0x7777', 'String')}<t:Value>kept</t:Value></t:ExtendedProperty>`,
            ),
          ]
        : []),
    ]);
    await ann.ok(
      `<m:UpdateItem MessageDisposition="SaveOnly" ConflictResolution="AutoResolve"><m:ItemChanges>${changes.join('')}</m:ItemChanges></m:UpdateItem>`,
    );
    // Something that is no message lies among them.
    const task = await ann.ok(
      '<m:CreateItem><m:Items><t:Task><t:Subject>Plan of a task</t:Subject></t:Task></m:Items></m:CreateItem>',
    );
    const taskId = at(task.messages[0] ?? null, 'Items', 'Task', 'ItemId')?.attributes['Id'];
    await ann.ok(
      `<m:DeleteItem DeleteType="MoveToDeletedItems" AffectedTaskOccurrences="AllOccurrences"><m:ItemIds>${[...ids, taskId].map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds></m:DeleteItem>`,
    );
    await server.drain();
    folder = 'deleteditems';
    times.push(...(await find('', 'item:DateTimeReceived', 'Ascending')).times);
  });
  afterAll(() => server.stop());

  async function find(restriction: string, sort: string, order: string, most = 100, offset = 0) {
    const answer = await ann.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${field('item:DateTimeReceived')}</t:AdditionalProperties></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="${most}" Offset="${offset}" BasePoint="Beginning"/>${restriction === '' ? '' : `<m:Restriction>${restriction}</m:Restriction>`}<m:SortOrder><t:FieldOrder Order="${order}">${field(sort)}</t:FieldOrder></m:SortOrder><m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
    );
    const root = at(answer.messages[0] ?? null, 'RootFolder');
    const items = child(root, 'Items')?.children ?? [];
    return {
      ids: items.map((one) => child(one, 'ItemId')?.attributes['Id'] ?? ''),
      times: items.map((one) => child(one, 'DateTimeReceived')?.text ?? ''),
      attributes: root?.attributes,
    };
  }

  const leaf = fc.oneof(
    fc
      .record({
        name: fc.constantFrom('IsEqualTo', 'IsNotEqualTo', 'IsGreaterThan', 'IsLessThanOrEqualTo'),
        path: fc.constantFrom(
          ...[
            'item:DateTimeReceived',
            'item:DateTimeSent',
            'item:LastModifiedTime',
            'item:Size',
            'message:IsRead',
          ].map(field),
          ...[
            'item:Importance',
            'item:Flag',
            'item:Subject',
            'message:From',
            'item:Categories',
            'item:ItemClass',
          ].map(field),
          ...[field('message:InternetMessageId'), field('item:HasAttachments'), tag('0x0e06', 'SystemTime')],
          ...[tag('0x7777', 'String'), tag('0x1090', 'Integer')],
        ),
        value: fc.oneof(
          fc.constantFrom(
            'true',
            'false',
            '2',
            '300',
            'High',
            'plan',
            'müller',
            'Zed',
            'zed@x.example',
            'work',
            'ärger',
          ),
          fc.constantFrom('IPM.Note', 'IPM.Task', '<r3@x.example>', 'kept'),
          fc.nat(12).map((n) => times[n] ?? '2026-01-01T00:00:00Z'),
        ),
      })
      .map(({ name, path, value }) => compare(name, path, value)),
    fc
      .record({
        path: fc.constantFrom(field('item:Subject'), field('message:From'), field('item:DisplayTo')),
        value: fc.constantFrom('plan', 'MÜLLER', 'muller', 'Zed', 'örg', 'x.example', ''),
        mode: fc.constantFrom('Substring', 'Prefixed', 'FullString', 'PrefixOnWords'),
        how: fc.constantFrom('Exact', 'IgnoreCase', 'Loose', 'IgnoreCaseAndNonSpacingCharacters'),
      })
      .map(({ path, value, mode, how }) => contains(path, value, mode, how)),
    fc.constantFrom(
      contains(field('item:Body'), 'treasure'),
      `<t:Exists>${tag('0x7777', 'String')}</t:Exists>`,
    ),
  );
  const restriction = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((of) => and(...of)),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((of) => or(...of)),
      tie('node').map(not),
    ),
  })).node;

  it('bring what looking at every item brings, with the same numbers, in pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        restriction,
        fc.constantFrom('item:DateTimeReceived', 'item:DateTimeSent', 'item:Size', 'item:Subject'),
        fc.constantFrom('Ascending', 'Descending'),
        fc.constantFrom<[number, number]>([100, 0], [3, 0], [2, 3], [5, 20]),
        async (one, sort, order, [most, offset]) => {
          expect(await find(one, sort, order, most, offset)).toEqual(
            await find(byLooking(one), sort, order, most, offset),
          );
        },
      ),
      { numRuns: 120 },
    );
  });

  it.each<[string, string, number]>([
    ['unread', compare('IsEqualTo', field('message:IsRead'), 'false'), 6],
    ['flagged', compare('IsEqualTo', tag('0x1090', 'Integer'), '2'), 2],
    ['of a category, however it is written', compare('IsEqualTo', field('item:Categories'), 'ÄRGER'), 3],
    ['of high importance', compare('IsEqualTo', field('item:Importance'), 'High'), 2],
    ['of a Message-ID', compare('IsEqualTo', field('message:InternetMessageId'), '<r3@X.example>'), 1],
    ['of an author', contains(field('message:From'), 'JÖRG'), 8],
    ['with a word in the subject', contains(field('item:Subject'), 'plan'), 5],
    ['with a word in the subject that is no ASCII', contains(field('item:Subject'), 'müller'), 4],
    [
      'with a word in the body',
      and(
        contains(field('item:Body'), 'treasure'),
        not(compare('IsEqualTo', field('message:IsRead'), 'true')),
      ),
      1,
    ],
    ['with a property of a client', `<t:Exists>${tag('0x7777', 'String')}</t:Exists>`, 1],
    ['of a class', compare('IsEqualTo', field('item:ItemClass'), 'IPM.Task'), 1],
  ])('find what is %s', async (_, one, total) => {
    const found = await find(one, 'item:DateTimeReceived', 'Descending', 1);
    expect(found.attributes).toEqual({
      IndexedPagingOffset: '1',
      TotalItemsInView: String(total),
      IncludesLastItemInRange: String(total === 1),
    });
  });
});
