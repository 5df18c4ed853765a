import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const shape = (base: string, more = '') =>
  `<m:FolderShape><t:BaseShape>${base}</t:BaseShape>${more === '' ? '' : `<t:AdditionalProperties>${more}</t:AdditionalProperties>`}</m:FolderShape>`;
const distinguished = (...names: string[]) =>
  names.map((name) => `<t:DistinguishedFolderId Id="${name}"/>`).join('');
const getFolder = (ids: string, base = 'AllProperties', more = '') =>
  `<m:GetFolder>${shape(base, more)}<m:FolderIds>${ids}</m:FolderIds></m:GetFolder>`;

describe('folders of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@folders.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  /** The folder of each message, or its error. */
  async function folders(ids: string, base?: string, more?: string) {
    const { messages, codes } = await client.call(getFolder(ids, base, more));
    return messages.map((one, n) => children(one, 'Folders')[0]?.children[0] ?? codes[n]);
  }

  it('are found by their distinguished ids, each as what it is', async () => {
    const names = [
      'root',
      'msgfolderroot',
      'inbox',
      'sentitems',
      'calendar',
      'contacts',
      'tasks',
      'notes',
      'recipientcache',
    ];
    const found = await folders(distinguished(...names));
    const facts = found.map((one) =>
      typeof one !== 'object'
        ? one
        : [one.name, textOf(one, 'DistinguishedFolderId'), textOf(one, 'FolderClass')],
    );
    expect(facts).toEqual([
      ['Folder', 'root', 'IPF'],
      ['Folder', 'msgfolderroot', 'IPF'],
      ['Folder', 'inbox', 'IPF.Note'],
      ['Folder', 'sentitems', 'IPF.Note'],
      ['CalendarFolder', 'calendar', 'IPF.Appointment'],
      ['ContactsFolder', 'contacts', 'IPF.Contact'],
      ['TasksFolder', 'tasks', 'IPF.Task'],
      ['Folder', 'notes', 'IPF.StickyNote'],
      ['ContactsFolder', 'recipientcache', 'IPF.Contact.RecipientCache'],
    ]);
  });

  it('that no mailbox here has are not found, beside those that are', async () => {
    const { codes } = await client.call(
      getFolder(
        distinguished('inbox', 'archivemsgfolderroot', 'conversationhistory', 'drafts', 'quickcontacts'),
      ),
    );
    expect(codes).toEqual([
      'NoError',
      'ErrorFolderNotFound',
      'ErrorFolderNotFound',
      'NoError',
      'ErrorFolderNotFound',
    ]);
  });

  it('have their id alone when nothing else is asked for', async () => {
    const [inbox] = await folders(distinguished('inbox'), 'IdOnly');
    expect(typeof inbox === 'object' && inbox.children.map((one) => one.name)).toEqual(['FolderId']);
  });

  async function create(
    name: string,
    parent = '<t:DistinguishedFolderId Id="msgfolderroot"/>',
    element = 'Folder',
    more = '',
  ) {
    const answer = await client.call(
      `<m:CreateFolder><m:ParentFolderId>${parent}</m:ParentFolderId><m:Folders><t:${element}>${more}<t:DisplayName>${name}</t:DisplayName></t:${element}></m:Folders></m:CreateFolder>`,
    );
    const made = children(answer.messages[0] ?? null, 'Folders')[0]?.children[0];
    return { code: answer.codes[0], element: made?.name, id: made?.children[0]?.attributes['Id'] ?? '' };
  }
  const byId = (id: string) => `<t:FolderId Id="${id}"/>`;
  const textIn = (folder: unknown, name: string) =>
    typeof folder === 'object' && folder !== null ? textOf(folder as never, name) : folder;
  async function nameOf(id: string) {
    const [folder] = await folders(byId(id));
    return textIn(folder, 'DisplayName');
  }
  const act = (name: string, id: string, attributes = '', before = '') =>
    client.call(`<m:${name} ${attributes}>${before}<m:FolderIds>${byId(id)}</m:FolderIds></m:${name}>`);
  const to = (target: string) => `<m:ToFolderId>${target}</m:ToFolderId>`;
  const TRASH = '<t:DistinguishedFolderId Id="deleteditems"/>';

  it('are made, each of its class, once under a name', async () => {
    const plans = await create('Plans');
    expect([plans.code, plans.element]).toEqual(['NoError', 'Folder']);
    expect((await create('plans')).code).toBe('ErrorFolderExists');
    const below = await create('Team', byId(plans.id), 'CalendarFolder');
    expect([below.code, below.element]).toEqual(['NoError', 'CalendarFolder']);
    const [calendar] = await folders(byId(below.id));
    expect([textIn(calendar, 'FolderClass'), textIn(calendar, 'DisplayName')]).toEqual([
      'IPF.Appointment',
      'Team',
    ]);
    // Made without a class, it has none.
    expect(textIn((await folders(byId(plans.id)))[0], 'FolderClass')).toBe(null);
    const other = await create('Own', undefined, 'Folder', '<t:FolderClass>IPF.Note.Own</t:FolderClass>');
    expect(textIn((await folders(byId(other.id)))[0], 'FolderClass')).toBe('IPF.Note.Own');
    expect(
      (await create('x', undefined, 'TasksFolder', '<t:FolderClass>IPF.Contact</t:FolderClass>')).code,
    ).toBe('ErrorNoFolderClassOverride');
    expect((await create('')).code).toBe('ErrorFolderSavePropertyError');
    expect((await create('x', '<t:DistinguishedFolderId Id="voicemail"/>')).code).toBe(
      'ErrorParentFolderNotFound',
    );
    const kept = await create('x', '<t:DistinguishedFolderId Id="recoverableitemsdeletions"/>');
    expect(kept.code).toBe('ErrorAccessDenied');
    expect((await create('x'.repeat(257))).code).toBe('ErrorFolderSavePropertyError');
  });

  it('are made along a path, what is there already kept', async () => {
    const path = (...names: string[]) =>
      client.ok(
        `<m:CreateFolderPath><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderId><m:RelativeFolderPath>${names.map((name) => `<t:Folder><t:DisplayName>${name}</t:DisplayName></t:Folder>`).join('')}</m:RelativeFolderPath></m:CreateFolderPath>`,
      );
    const ids = (answer: Awaited<ReturnType<typeof path>>) =>
      answer.messages.map((one) => children(one, 'Folders')[0]?.children[0]?.children[0]?.attributes['Id']);
    const first = ids(await path('a', 'b', 'c'));
    const second = ids(await path('a', 'b', 'd'));
    expect(second.slice(0, 2)).toEqual(first.slice(0, 2));
    expect(new Set([...first, ...second]).size).toBe(4);
  });

  it('take a new name and properties of their clients, one in a change', async () => {
    const { id } = await create('Old');
    const uri =
      '<t:ExtendedFieldURI PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyName="mark" PropertyType="String"/>';
    const update = (updates: string, target = byId(id)) =>
      client.call(
        `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${target}<t:Updates>${updates}</t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
      );
    const set = (path: string, content: string) =>
      `<t:SetFolderField>${path}<t:Folder>${content}</t:Folder></t:SetFolderField>`;
    const name = '<t:FieldURI FieldURI="folder:DisplayName"/>';
    const rename = set(name, '<t:DisplayName>New &amp; better</t:DisplayName>');
    const mark = set(uri, `<t:ExtendedProperty>${uri}<t:Value>one</t:Value></t:ExtendedProperty>`);
    const drop = '<t:DeleteFolderField><t:FieldURI FieldURI="folder:PermissionSet"/></t:DeleteFolderField>';
    expect((await update(rename + mark + drop)).codes).toEqual(['NoError']);
    expect(await nameOf(id)).toBe('New & better');
    const [marked] = await folders(byId(id), 'IdOnly', uri);
    expect(
      typeof marked === 'object' && textOf(children(marked, 'ExtendedProperty')[0] ?? null, 'Value'),
    ).toBe('one');
    const className = (value: string) =>
      update(set('<t:FieldURI FieldURI="folder:FolderClass"/>', `<t:FolderClass>${value}</t:FolderClass>`));
    expect((await className('IPF.Contact')).codes).toEqual(['ErrorObjectTypeChanged']);
    expect((await className('IPF.Note.Own')).codes).toEqual(['NoError']);
    expect(textIn((await folders(byId(id)))[0], 'FolderClass')).toBe('IPF.Note.Own');
    expect((await className('IPF.Note')).codes).toEqual(['NoError']);
    expect((await update(`<t:DeleteFolderField>${uri}</t:DeleteFolderField>`)).codes).toEqual(['NoError']);
    const [bare] = await folders(byId(id), 'IdOnly', uri);
    expect(typeof bare === 'object' && children(bare, 'ExtendedProperty')).toEqual([]);
    const two = set(name, '<t:DisplayName>a</t:DisplayName><t:FolderClass>IPF.Note</t:FolderClass>');
    expect((await update(two)).codes).toEqual(['ErrorIncorrectUpdatePropertyCount']);
    expect((await update(set(name, '<t:FolderClass>IPF.Note</t:FolderClass>'))).codes).toEqual([
      'ErrorUpdatePropertyMismatch',
    ]);
    expect(
      (
        await update(
          `<t:AppendToFolderField>${name}<t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></t:AppendToFolderField>`,
        )
      ).codes,
    ).toEqual(['ErrorInvalidPropertyAppend']);
    expect((await update(`<t:DeleteFolderField>${name}</t:DeleteFolderField>`)).codes).toEqual([
      'ErrorInvalidPropertyDelete',
    ]);
    expect((await update(rename, '<t:DistinguishedFolderId Id="inbox"/>')).codes).toEqual([
      'ErrorFolderSave',
    ]);
  });

  it('are moved, and never within themselves', async () => {
    const [a, b] = [await create('Box A'), await create('Box B')];
    expect((await act('MoveFolder', b.id, '', to(byId(a.id)))).codes).toEqual(['NoError']);
    const [moved] = await folders(byId(b.id));
    const parent = typeof moved === 'object' ? children(moved, 'ParentFolderId')[0]?.attributes['Id'] : null;
    expect(parent).toBe(a.id);
    expect((await act('MoveFolder', a.id, '', to(byId(b.id)))).codes).toEqual(['ErrorMoveCopyFailed']);
    expect((await act('MoveFolder', b.id, '', to('<t:DistinguishedFolderId Id="journal"/>'))).codes).toEqual([
      'ErrorToFolderNotFound',
    ]);
    const inbox = await client.call(
      `<m:MoveFolder>${to(byId(a.id))}<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:MoveFolder>`,
    );
    expect(inbox.codes).toEqual(['ErrorMoveDistinguishedFolder']);
  });

  it('go into Deleted Items, from there for good, and distinguished ones not at all', async () => {
    const one = await create('Rubbish');
    expect((await act('DeleteFolder', one.id, 'DeleteType="MoveToDeletedItems"')).codes).toEqual(['NoError']);
    const two = await create('Rubbish');
    expect((await act('DeleteFolder', two.id, 'DeleteType="MoveToDeletedItems"')).codes).toEqual(['NoError']);
    expect([await nameOf(one.id), await nameOf(two.id)]).toEqual(['Rubbish', 'Rubbish (1)']);
    expect((await act('DeleteFolder', one.id, 'DeleteType="MoveToDeletedItems"')).codes).toEqual(['NoError']);
    expect((await act('DeleteFolder', two.id, 'DeleteType="HardDelete"')).codes).toEqual(['NoError']);
    expect([await nameOf(one.id), await nameOf(two.id)]).toEqual(['ErrorItemNotFound', 'ErrorItemNotFound']);
    const bad = await client.call(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${TRASH}<t:DistinguishedFolderId Id="msgfolderroot"/></m:FolderIds></m:DeleteFolder>`,
    );
    expect(bad.codes).toEqual(['ErrorDeleteDistinguishedFolder', 'ErrorDeleteDistinguishedFolder']);
  });

  const MIME = (subject: string) =>
    Buffer.from(`From: a@b.example\r\nSubject: ${subject}\r\n\r\nBody\r\n`).toString('base64');
  const put = (id: string, subject: string, isRead = false) =>
    client.ok(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${byId(id)}</m:SavedItemFolderId><m:Items><t:Message><t:MimeContent>${MIME(subject)}</t:MimeContent><t:IsRead>${isRead}</t:IsRead></t:Message></m:Items></m:CreateItem>`,
    );
  async function counts(id: string) {
    const [folder] = await folders(byId(id));
    return [
      Number(textIn(folder, 'TotalCount')),
      Number(textIn(folder, 'UnreadCount')),
      Number(textIn(folder, 'ChildFolderCount')),
    ];
  }

  it('keep a MAPI property that is true or false in one way of writing it', async () => {
    const path = '<t:ExtendedFieldURI PropertyTag="0x671E" PropertyType="Boolean"/>';
    for (const [given, kept] of [
      ['1', 'true'],
      ['0', 'false'],
      ['true', 'true'],
      ['false', 'false'],
    ] as const) {
      const made = await client.ok(
        `<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="notes"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Flag ${given}</t:DisplayName><t:ExtendedProperty>${path}<t:Value>${given}</t:Value></t:ExtendedProperty></t:Folder></m:Folders></m:CreateFolder>`,
      );
      const id = /<t:FolderId Id="([^"]+)"/.exec(made.text)?.[1] ?? '';
      const { text } = await client.ok(
        `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${path}</t:AdditionalProperties></m:FolderShape><m:FolderIds>${byId(id)}</m:FolderIds></m:GetFolder>`,
      );
      expect([given, /<t:Value>([^<]*)/.exec(text)?.[1]]).toEqual([given, kept]);
    }
  });

  it('count their items, are marked as read, copied with all below them, and emptied', async () => {
    const top = await create('Full');
    const below = await create('Below', byId(top.id));
    for (const subject of ['one', 'two']) await put(top.id, subject);
    await put(below.id, 'three', true);
    expect([await counts(top.id), await counts(below.id)]).toEqual([
      [2, 2, 1],
      [1, 0, 0],
    ]);
    const target = await create('Copies');
    const copied = await act('CopyFolder', top.id, '', to(byId(target.id)));
    expect(copied.codes).toEqual(['NoError']);
    const copy =
      children(copied.messages[0] ?? null, 'Folders')[0]?.children[0]?.children[0]?.attributes['Id'] ?? '';
    expect(await counts(copy)).toEqual([2, 2, 1]);
    expect((await act('CopyFolder', top.id, '', to(byId(target.id)))).codes).toEqual(['ErrorFolderExists']);
    const read = '<m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts>';
    expect((await act('MarkAllItemsAsRead', copy, '', read)).codes).toEqual(['NoError']);
    expect([await counts(copy), await counts(top.id)]).toEqual([
      [2, 0, 1],
      [2, 2, 1],
    ]);
    expect(
      (await act('EmptyFolder', top.id, 'DeleteType="HardDelete" DeleteSubFolders="false"')).codes,
    ).toEqual(['NoError']);
    expect(await counts(top.id)).toEqual([0, 0, 1]);
    const calendar = await client.call(
      '<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="false"><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:EmptyFolder>',
    );
    expect(calendar.codes).toEqual(['ErrorCannotEmptyFolder']);
    expect((await act('MarkAllItemsAsRead', copy, '', read)).codes).toEqual(['NoError']);
    const [before] = await folders(TRASH);
    expect(
      (await act('EmptyFolder', copy, 'DeleteType="MoveToDeletedItems" DeleteSubFolders="true"')).codes,
    ).toEqual(['NoError']);
    const [after] = await folders(TRASH);
    expect(await counts(copy)).toEqual([0, 0, 0]);
    expect(Number(textIn(after, 'TotalCount')) - Number(textIn(before, 'TotalCount'))).toBe(2);
    expect(Number(textIn(after, 'ChildFolderCount')) - Number(textIn(before, 'ChildFolderCount'))).toBe(1);
  });
});
