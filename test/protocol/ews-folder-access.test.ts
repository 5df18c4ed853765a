import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const DOMAIN = 'access-ews.example';

describe('folders of others over EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;
  const ANN = `ann@${DOMAIN}`;
  const BOB = `bob@${DOMAIN}`;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser(ANN, 'secret-ann-1');
    await server.addUser(BOB, 'secret-bob-1');
    ann = ewsClient(server, ANN, 'secret-ann-1');
    bob = ewsClient(server, BOB, 'secret-bob-1');
  });
  afterAll(() => server.stop());

  const named = (name: string, mailbox = '') =>
    `<t:DistinguishedFolderId Id="${name}">${mailbox === '' ? '' : `<t:Mailbox><t:EmailAddress>${mailbox}</t:EmailAddress></t:Mailbox>`}</t:DistinguishedFolderId>`;
  const byId = (id: string) => `<t:FolderId Id="${id}"/>`;
  const paths = (...uris: string[]) => uris.map((uri) => `<t:FieldURI FieldURI="folder:${uri}"/>`).join('');

  async function get(who: EwsClient, ids: string, more = paths('EffectiveRights', 'PermissionSet')) {
    const { messages, codes } = await who.call(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties>${more}</t:AdditionalProperties></m:FolderShape><m:FolderIds>${ids}</m:FolderIds></m:GetFolder>`,
    );
    return { code: codes[0], folder: child(messages[0] ?? null, 'Folders')?.children[0] ?? null };
  }
  const idOf = (folder: XmlElement | null) => child(folder, 'FolderId')?.attributes['Id'] ?? '';

  /** Ann lets others do with one of her folders what this says. */
  function share(id: string, permissions: string, kind = 'Folder') {
    return ann.call(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${id}<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:PermissionSet"/><t:${kind}><t:PermissionSet>${permissions}</t:PermissionSet></t:${kind}></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
  }
  const to = (address: string, level: string) =>
    `<t:Permission><t:UserId><t:PrimarySmtpAddress>${address}</t:PrimarySmtpAddress></t:UserId><t:PermissionLevel>${level}</t:PermissionLevel></t:Permission>`;

  it('are not there for whom they were not shared with', async () => {
    const { folder } = await get(ann, named('inbox'));
    expect((await get(bob, byId(idOf(folder)))).code).toBe('ErrorItemNotFound');
    expect((await get(bob, named('inbox', ANN))).code).toBe('ErrorAccessDenied');
    expect((await get(bob, named('msgfolderroot', ANN))).code).toBe('ErrorFolderNotFound');
    expect((await get(bob, named('inbox', `nobody@${DOMAIN}`))).code).toBe('ErrorNonExistentMailbox');
    expect((await get(bob, named('inbox', BOB))).code).toBe('NoError');
  });

  it('are shared by their permissions, as far as these go', async () => {
    const shared = await share(named('inbox'), `<t:Permissions>${to(BOB, 'Reviewer')}</t:Permissions>`);
    expect(shared.codes).toEqual(['NoError']);
    const { folder } = await get(bob, named('inbox', ANN));
    const rights = child(folder, 'EffectiveRights');
    expect(['Read', 'CreateContents', 'Modify', 'Delete'].map((one) => textOf(rights, one))).toEqual([
      'true',
      'false',
      'false',
      'false',
    ]);
    // Who may do what is told to the owner only.
    expect(child(folder, 'PermissionSet')).toBe(null);
    const own = child((await get(ann, named('inbox'))).folder, 'PermissionSet');
    const levels = children(child(own, 'Permissions'), 'Permission').map((one) => [
      textOf(at(one, 'UserId'), 'DistinguishedUser') ?? textOf(at(one, 'UserId'), 'PrimarySmtpAddress'),
      textOf(one, 'PermissionLevel'),
    ]);
    expect(levels).toEqual([
      ['Default', 'None'],
      ['Anonymous', 'None'],
      [BOB, 'Reviewer'],
    ]);
    // The root shows what may be seen, and nothing else.
    const found = await bob.ok(
      `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:ParentFolderIds>${named('msgfolderroot', ANN)}</m:ParentFolderIds></m:FindFolder>`,
    );
    const names = at(found.messages[0] ?? null, 'RootFolder', 'Folders')?.children.map((one) =>
      textOf(one, 'DisplayName'),
    );
    expect(names).toEqual(['Inbox']);
    const denied = [
      `<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="false"><m:FolderIds>${named('inbox', ANN)}</m:FolderIds></m:EmptyFolder>`,
      `<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts><m:FolderIds>${named('inbox', ANN)}</m:FolderIds></m:MarkAllItemsAsRead>`,
      `<m:CreateFolder><m:ParentFolderId>${named('inbox', ANN)}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${named('inbox', ANN)}<t:Updates><t:DeleteFolderField><t:FieldURI FieldURI="folder:PermissionSet"/></t:DeleteFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
      `<m:MoveItem><m:ToFolderId>${named('inbox', ANN)}</m:ToFolderId><m:ItemIds><t:ItemId Id="bm90"/></m:ItemIds></m:MoveItem>`,
    ];
    for (const request of denied) expect((await bob.call(request)).codes).toEqual(['ErrorAccessDenied']);
  });

  it('of calendars have levels of their own', async () => {
    const level = (address: string, name: string) =>
      `<t:CalendarPermission><t:UserId><t:PrimarySmtpAddress>${address}</t:PrimarySmtpAddress></t:UserId><t:CalendarPermissionLevel>${name}</t:CalendarPermissionLevel></t:CalendarPermission>`;
    const set = (permissions: string) =>
      share(
        named('calendar'),
        `<t:CalendarPermissions>${permissions}</t:CalendarPermissions>`,
        'CalendarFolder',
      );
    expect((await set(level(BOB, 'FreeBusyTimeAndSubjectAndLocation'))).codes).toEqual(['NoError']);
    const own = child((await get(ann, named('calendar'))).folder, 'PermissionSet');
    const last = children(child(own, 'CalendarPermissions'), 'CalendarPermission').at(-1) ?? null;
    expect([textOf(last, 'CalendarPermissionLevel'), textOf(last, 'ReadItems')]).toEqual([
      'FreeBusyTimeAndSubjectAndLocation',
      'TimeAndSubjectAndLocation',
    ]);
    expect((await get(bob, named('calendar', ANN))).code).toBe('ErrorAccessDenied');
    expect((await set(level(BOB, 'Editor'))).codes).toEqual(['NoError']);
    expect((await get(bob, named('calendar', ANN))).code).toBe('NoError');
    expect((await set(level('stranger@far.example', 'Editor'))).codes).toEqual(['ErrorInvalidUserInfo']);
    const wrong = await share(
      named('calendar'),
      `<t:Permissions>${to(BOB, 'Editor')}</t:Permissions>`,
      'CalendarFolder',
    );
    expect(wrong.codes).toEqual(['ErrorCannotSetNonCalendarPermissionOnCalendarFolder']);
    // Who is left out of the new set has lost it.
    expect((await set('')).codes).toEqual(['NoError']);
    expect((await get(bob, named('calendar', ANN))).code).toBe('ErrorAccessDenied');
  });

  it('make folders that who may do so there can use, as the folder above', async () => {
    const made = await ann.ok(
      `<m:CreateFolder><m:ParentFolderId>${named('drafts')}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Shared</t:DisplayName><t:PermissionSet><t:Permissions>${to(BOB, 'Owner')}</t:Permissions></t:PermissionSet></t:Folder></m:Folders></m:CreateFolder>`,
    );
    const below = (name: string, permissions = '') =>
      `<m:CreateFolder><m:ParentFolderId>${byId(/<t:FolderId Id="([^"]+)"/.exec(made.text)?.[1] ?? '')}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>${name}</t:DisplayName>${permissions}</t:Folder></m:Folders></m:CreateFolder>`;
    const id = (text: string) => byId(/<t:FolderId Id="([^"]+)"/.exec(text)?.[1] ?? '');
    const bobs = id((await bob.ok(below("Bob's"))).text);
    expect((await get(bob, bobs)).code).toBe('NoError');
    const anns = id((await ann.ok(below("Ann's"))).text);
    const removed = await bob.call(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${bobs}${anns}</m:FolderIds></m:DeleteFolder>`,
    );
    expect(removed.codes).toEqual(['NoError', 'NoError']);
    // Permissions of its own stand in the place of those.
    const closed = `<t:PermissionSet><t:Permissions></t:Permissions></t:PermissionSet>`;
    const own = id((await ann.ok(below('Closed', closed))).text);
    expect((await get(bob, own)).code).toBe('ErrorItemNotFound');
  });
});
