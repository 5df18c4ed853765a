import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { child, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('FindFolder', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@findfolder.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
    const path = (parent: string, ...names: string[]) =>
      client.ok(
        `<m:CreateFolderPath><m:ParentFolderId><t:DistinguishedFolderId Id="${parent}"/></m:ParentFolderId><m:RelativeFolderPath>${names.map((name) => `<t:Folder><t:FolderClass>IPF.Note</t:FolderClass><t:DisplayName>${name}</t:DisplayName></t:Folder>`).join('')}</m:RelativeFolderPath></m:CreateFolderPath>`,
      );
    await path('inbox', 'Projects', 'Élan', 'Deep down');
    await path('inbox', 'project notes');
    await client.ok(
      '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>No class</t:DisplayName></t:Folder><t:ContactsFolder><t:DisplayName>People</t:DisplayName></t:ContactsFolder></m:Folders></m:CreateFolder>',
    );
  });
  afterAll(() => server.stop());

  interface Asked {
    traversal?: string;
    parent?: string;
    view?: string;
    where?: string;
  }

  async function find({ traversal = 'Shallow', parent = 'inbox', view = '', where = '' }: Asked = {}) {
    const restriction = where === '' ? '' : `<m:Restriction>${where}</m:Restriction>`;
    const { messages, codes } = await client.call(
      `<m:FindFolder Traversal="${traversal}"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>${view}${restriction}<m:ParentFolderIds><t:DistinguishedFolderId Id="${parent}"/></m:ParentFolderIds></m:FindFolder>`,
    );
    const root = child(messages[0] ?? null, 'RootFolder');
    return {
      code: codes[0],
      names: child(root, 'Folders')?.children.map((one) => textOf(one, 'DisplayName')) ?? [],
      page: root?.attributes ?? {},
    };
  }
  const CLASS = '<t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/>';
  const NAME = '<t:FieldURI FieldURI="folder:DisplayName"/>';
  const is = (path: string, value: string, how = 'IsEqualTo') =>
    `<t:${how}>${path}<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:${how}>`;
  const contains = (value: string, mode: string, comparison: string) =>
    `<t:Contains ContainmentMode="${mode}" ContainmentComparison="${comparison}">${NAME}<t:Constant Value="${value}"/></t:Contains>`;
  const ALL = ['No class', 'People', 'Projects', 'project notes'];

  it('finds the folders right below, and with Deep all of them, each after the one above it', async () => {
    expect((await find()).names.sort()).toEqual(ALL);
    const deep = (await find({ traversal: 'Deep' })).names;
    expect([...deep].sort()).toEqual([...ALL, 'Deep down', 'Élan'].sort());
    const at = (name: string) => deep.indexOf(name);
    expect(at('Projects') < at('Élan') && at('Élan') < at('Deep down')).toBe(true);
    expect((await find({ traversal: 'SoftDeleted' })).names).toEqual([]);
    expect((await find({ traversal: 'Sideways' })).code).toBe('ErrorSchemaValidation');
  });

  it('compares classes as DavMail does: of mail, or none at all', async () => {
    const none = `<t:Not><t:Exists>${CLASS}</t:Exists></t:Not>`;
    const mail = await find({ where: `<t:Or>${is(CLASS, 'IPF.Note')}${none}</t:Or>` });
    expect(mail.names.sort()).toEqual(['No class', 'Projects', 'project notes']);
    expect((await find({ where: none })).names).toEqual(['No class']);
    expect((await find({ where: is(CLASS, 'IPF.Contact') })).names).toEqual(['People']);
  });

  it('looks into names as far as letters and marks are to be minded', async () => {
    const names = async (where: string) => (await find({ traversal: 'Deep', where })).names.sort();
    expect(await names(contains('project', 'Prefixed', 'Exact'))).toEqual(['project notes']);
    expect(await names(contains('PROJECT', 'Prefixed', 'IgnoreCase'))).toEqual(['Projects', 'project notes']);
    expect(await names(contains('elan', 'FullString', 'IgnoreCaseAndNonSpacingCharacters'))).toEqual([
      'Élan',
    ]);
    expect(await names(contains('elan', 'FullString', 'IgnoreCase'))).toEqual([]);
    expect(await names(contains('no', 'PrefixOnWords', 'IgnoreCase'))).toEqual(['No class', 'project notes']);
    const children = '<t:FieldURI FieldURI="folder:ChildFolderCount"/>';
    expect(await names(is(children, '0', 'IsGreaterThan'))).toEqual(['Projects', 'Élan'].sort());
    const both = `<t:And>${is(children, '0', 'IsGreaterThan')}<t:Not>${is(NAME, 'Projects')}</t:Not></t:And>`;
    expect(await names(both)).toEqual(['Élan']);
  });

  it('gives pages from the beginning, from the end, and of a fraction', async () => {
    const page = (offset: number, base = 'Beginning', most = 3) =>
      find({
        view: `<m:IndexedPageFolderView MaxEntriesReturned="${most}" Offset="${offset}" BasePoint="${base}"/>`,
      });
    const [first, second] = [await page(0), await page(3)];
    expect([first.names.length, second.names.length]).toEqual([3, 1]);
    expect([...first.names, ...second.names].sort()).toEqual(ALL);
    expect([
      first.page['TotalItemsInView'],
      first.page['IncludesLastItemInRange'],
      first.page['IndexedPagingOffset'],
    ]).toEqual(['4', 'false', '3']);
    expect(second.page['IncludesLastItemInRange']).toBe('true');
    expect((await page(0, 'End', 1)).names).toEqual(second.names);
    expect((await page(100)).names).toEqual([]);
    const half = await find({
      view: '<m:FractionalPageFolderView MaxEntriesReturned="10" Numerator="1" Denominator="2"/>',
    });
    expect(half.names.length).toBe(2);
    expect((await page(-1)).code).toMatch(/^Error/);
    expect((await page(0, 'Beginning', 0)).code).toMatch(/^Error/);
  });

  it('refuses what it cannot compare', async () => {
    const rights = is('<t:FieldURI FieldURI="folder:EffectiveRights"/>', 'x');
    expect((await find({ where: rights })).code).toBe('ErrorUnsupportedPathForQuery');
    expect((await find({ where: is('<t:FieldURI FieldURI="folder:Nothing"/>', 'x') })).code).toMatch(
      /^Error/,
    );
    expect((await find({ where: '<t:Almost/>' })).code).toBe('ErrorSchemaValidation');
    const many = `<t:Or>${is(NAME, 'x').repeat(2000)}</t:Or>`;
    expect((await find({ where: many })).code).toBe('ErrorRestrictionTooComplex');
  });
});
