import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('delegates of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob', 'cid', 'dan'])
      await server.addUser(`${name}@delegates.example`, `secret-${name}-1`);
    ann = ewsClient(server, 'ann@delegates.example', 'secret-ann-1');
    bob = ewsClient(server, 'bob@delegates.example', 'secret-bob-1');
  });
  afterAll(() => server.stop());

  const OWN = '<m:Mailbox><t:EmailAddress>ann@delegates.example</t:EmailAddress></m:Mailbox>';
  const id = (name: string) =>
    `<t:UserId><t:PrimarySmtpAddress>${name}@delegates.example</t:PrimarySmtpAddress></t:UserId>`;
  const user = (name: string, levels: string, more = '') =>
    `<t:DelegateUser>${id(name)}${levels === '' ? '' : `<t:DelegatePermissions>${levels}</t:DelegatePermissions>`}${more}</t:DelegateUser>`;
  const level = (folder: string, word: string) =>
    `<t:${folder}FolderPermissionLevel>${word}</t:${folder}FolderPermissionLevel>`;
  const change = (operation: 'Add' | 'Update', users: string, deliver = '') =>
    ann.call(
      `<m:${operation}Delegate>${OWN}${users === '' ? '' : `<m:DelegateUsers>${users}</m:DelegateUsers>`}${deliver === '' ? '' : `<m:DeliverMeetingRequests>${deliver}</m:DeliverMeetingRequests>`}</m:${operation}Delegate>`,
    );
  const remove = (...names: string[]) =>
    ann.call(`<m:RemoveDelegate>${OWN}<m:UserIds>${names.map(id).join('')}</m:UserIds></m:RemoveDelegate>`);
  const get = (more = '', client = ann) =>
    client.call(`<m:GetDelegate IncludePermissions="true">${OWN}${more}</m:GetDelegate>`);
  const shown = ({ messages }: EwsAnswer): (string | null)[][] =>
    messages.map((one) => {
      const delegate: XmlElement | null = child(one, 'DelegateUser');
      const permissions = child(delegate, 'DelegatePermissions');
      return [
        textOf(child(delegate, 'UserId'), 'PrimarySmtpAddress')?.split('@')[0] ?? null,
        ...['Calendar', 'Tasks', 'Inbox', 'Contacts', 'Notes', 'Journal'].map((folder) =>
          textOf(permissions, `${folder}FolderPermissionLevel`),
        ),
        textOf(delegate, 'ReceiveCopiesOfMeetingMessages'),
      ];
    });
  const see = (folder: string, client = bob) =>
    client.call(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="${folder}">${OWN.replaceAll('m:Mailbox', 't:Mailbox')}</t:DistinguishedFolderId></m:FolderIds></m:GetFolder>`,
    );
  const COPIES = '<t:ReceiveCopiesOfMeetingMessages>true</t:ReceiveCopiesOfMeetingMessages>';
  const shares = async () =>
    (
      await server.admin<{ items: { grantee: string; level: string | null }[] }>(
        'GET',
        '/users/ann%40delegates.example/calendar-shares',
      )
    ).items.map(({ grantee, level: word }) => [grantee.split('@')[0], word]);

  it('has none at first', async () => {
    const answer = await get();
    expect([answer.codes, textOf(answer.body, 'DeliverMeetingRequests')]).toEqual([
      ['NoError'],
      'DelegatesAndMe',
    ]);
    expect(child(answer.body, 'ResponseMessages')).toBeNull();
  });

  it('names delegates, who may then do what was said', async () => {
    expect((await see('inbox')).codes).toEqual(['ErrorAccessDenied']);
    const added = await change(
      'Add',
      user('bob', level('Calendar', 'Editor') + level('Inbox', 'Reviewer'), COPIES) +
        user('cid', level('Contacts', 'Author')) +
        user('ann', level('Inbox', 'Reviewer')) +
        user('nobody', ''),
    );
    expect(added.codes).toEqual([
      ...['NoError', 'NoError', 'ErrorDelegateCannotAddOwner', 'ErrorDelegateNoUser'],
    ]);
    const wanted = [
      ['bob', 'Editor', 'None', 'Reviewer', 'None', 'None', 'None', 'true'],
      ['cid', 'None', 'None', 'None', 'Reviewer', 'None', 'None', 'false'],
    ];
    expect(shown(added).slice(0, 2)).toEqual(wanted);
    expect(shown(await get())).toEqual(wanted);
    expect([(await see('inbox')).codes, (await see('calendar')).codes, (await see('tasks')).codes]).toEqual([
      ...[['NoError'], ['NoError'], ['ErrorAccessDenied']],
    ]);
    expect(await shares()).toEqual([['bob', 'delegate']]);
    const again = await change('Add', user('bob', ''));
    expect(again.codes).toEqual(['ErrorDelegateAlreadyExists']);
    const sid = (text: string) => `<t:UserId><t:SID>${text}</t:SID></t:UserId>`;
    const named = `${id('cid')}${id('dan')}${id('ann')}${sid('XXX')}${sid('S-1-5-21-1-2-3-500')}`;
    const one = await get(`<m:UserIds>${named}</m:UserIds>`);
    expect(one.codes).toEqual([
      ...['NoError', 'ErrorNotDelegate', 'ErrorNotDelegate', 'ErrorInvalidUserSid', 'ErrorDelegateNoUser'],
    ]);
  });

  it('shows the level of a delegate as that of an editor, and keeps that they are told', async () => {
    const folder = await ann.ok(
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:PermissionSet"/></t:AdditionalProperties></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>',
    );
    const calendar = at(folder.messages[0] ?? null, 'Folders', 'CalendarFolder');
    const permissions = children(at(calendar, 'PermissionSet', 'CalendarPermissions'), 'CalendarPermission');
    const level = permissions.find(
      (one) => textOf(child(one, 'UserId'), 'PrimarySmtpAddress') === 'bob@delegates.example',
    );
    expect(textOf(level ?? null, 'CalendarPermissionLevel')).toBe('Editor');
    const same = await ann.call(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:DistinguishedFolderId Id="calendar"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:PermissionSet"/><t:CalendarFolder><t:PermissionSet><t:CalendarPermissions><t:CalendarPermission>${id('bob')}<t:CalendarPermissionLevel>Editor</t:CalendarPermissionLevel></t:CalendarPermission></t:CalendarPermissions></t:PermissionSet></t:CalendarFolder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
    expect(same.codes).toEqual(['NoError']);
    expect(await shares()).toEqual([['bob', 'delegate']]);
  });

  it('changes what a delegate may do, and leaves the rest', async () => {
    const answer = await change('Update', user('bob', level('Tasks', 'Editor') + level('Inbox', 'None')));
    expect(shown(answer)).toEqual([['bob', 'Editor', 'Editor', 'None', 'None', 'None', 'None', 'true']]);
    expect([(await see('inbox')).codes, (await see('tasks')).codes]).toEqual([
      ...[['ErrorAccessDenied'], ['NoError']],
    ]);
    const lower = await change('Update', user('bob', level('Calendar', 'Reviewer')));
    expect(shown(lower)[0]?.[7]).toBe('false');
    expect(await shares()).toEqual([['bob', 'read']]);
    await change('Update', user('bob', level('Calendar', 'Editor'), COPIES));
    expect(await shares()).toEqual([['bob', 'delegate']]);
    expect((await change('Update', user('dan', level('Inbox', 'Editor')))).codes).toEqual([
      'ErrorNotDelegate',
    ]);
  });

  it('lets nobody touch what is private to its owner', async () => {
    const made = async (inner: string, send: string) =>
      /<t:ItemId Id="([^"]+)"/.exec(
        (await ann.ok(`<m:CreateItem ${send}><m:Items>${inner}</m:Items></m:CreateItem>`)).text,
      )?.[1] ?? '';
    const times = '<t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End>';
    const secret = '<t:Subject>Secret</t:Subject><t:Sensitivity>Private</t:Sensitivity>';
    const event = await made(
      `<t:CalendarItem>${secret}${times}</t:CalendarItem>`,
      'SendMeetingInvitations="SendToNone"',
    );
    const task = await made(`<t:Task>${secret}</t:Task>`, 'MessageDisposition="SaveOnly"');
    for (const [itemId, element] of [
      [event, 'CalendarItem'],
      [task, 'Task'],
    ] as const) {
      const named = `<m:ItemIds><t:ItemId Id="${itemId}"/></m:ItemIds>`;
      const to = `<m:ToFolderId><t:DistinguishedFolderId Id="deleteditems">${OWN.replaceAll('m:Mailbox', 't:Mailbox')}</t:DistinguishedFolderId></m:ToFolderId>`;
      const tried = [
        `<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange><t:ItemId Id="${itemId}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:${element}><t:Subject>Known</t:Subject></t:${element}></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
        `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences">${named}</m:DeleteItem>`,
        `<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences">${named}</m:DeleteItem>`,
        `<m:PerformReminderAction><m:ReminderItemActions><t:ReminderItemAction><t:ActionType>Dismiss</t:ActionType><t:ItemId Id="${itemId}"/></t:ReminderItemAction></m:ReminderItemActions></m:PerformReminderAction>`,
      ];
      for (const request of tried) expect((await bob.call(request)).codes).toEqual(['ErrorAccessDenied']);
      const moved = await bob.call(`<m:MoveItem>${to}${named}</m:MoveItem>`);
      expect(moved.codes).not.toContain('NoError');
      const { text } = await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>${named}</m:GetItem>`,
      );
      expect(text).toContain('<t:Subject>Secret<');
    }
  });

  it('shows what is private to a delegate who is to see it', async () => {
    const { text } = await ann.ok(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Doctor</t:Subject><t:Sensitivity>Private</t:Sensitivity></t:CalendarItem></m:Items></m:CreateItem>',
    );
    const event = /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? '';
    const read = () =>
      bob.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${event}"/></m:ItemIds></m:GetItem>`,
      );
    const sees = async (word: string) => {
      const answer = await change(
        'Update',
        user('bob', '', `<t:ViewPrivateItems>${word}</t:ViewPrivateItems>`),
      );
      expect(textOf(child(answer.messages[0] ?? null, 'DelegateUser'), 'ViewPrivateItems')).toBe(word);
      return (await read()).text.includes('<t:Subject>Doctor<');
    };
    expect((await read()).text).not.toContain('Doctor');
    expect(await sees('true')).toBe(true);
    const renamed = await bob.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange><t:ItemId Id="${event}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:Location"/><t:CalendarItem><t:Location>Town</t:Location></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(renamed.codes).toEqual(['NoError']);
    expect(await sees('false')).toBe(false);
  });

  it('says who gets invitations', async () => {
    expect((await change('Update', '', 'NoForward')).codes).toEqual(['NoError']);
    expect([await shares(), textOf((await get()).body, 'DeliverMeetingRequests')]).toEqual([
      [['bob', 'edit']],
      'NoForward',
    ]);
    expect(shown(await get())[0]?.[7]).toBe('true');
    await change('Update', '', 'DelegatesAndSendInformationToMe');
    expect([await shares(), textOf((await get()).body, 'DeliverMeetingRequests')]).toEqual([
      [['bob', 'delegate']],
      'DelegatesAndSendInformationToMe',
    ]);
    expect((await change('Update', '', 'DelegatesOnly')).codes).toEqual(['ErrorDelegateValidationFailed']);
  });

  it.each([
    ['a level that cannot be given', user('dan', level('Inbox', 'Custom')), 'ErrorInvalidDelegatePermission'],
    ['a folder that is not there', user('dan', level('Journal', 'Editor')), 'ErrorInvalidDelegatePermission'],
    ['copies without a calendar', user('dan', '', COPIES), 'ErrorDelegateValidationFailed'],
    [
      'nobody',
      '<t:DelegateUser><t:UserId><t:DisplayName>Dan</t:DisplayName></t:UserId></t:DelegateUser>',
      'ErrorInvalidDelegateUserId',
    ],
  ])('refuses %s', async (_what, users, code) => {
    expect((await change('Add', users)).codes).toEqual([code]);
    expect(shown(await get()).map(([name]) => name)).not.toContain('dan');
  });

  it('knows those whom an admin named, and lets nobody else look', async () => {
    await server.admin('PUT', '/users/ann%40delegates.example/calendar-shares/dan%40delegates.example', {
      level: 'delegate',
    });
    expect(shown(await get()).map(([name]) => name)).toContain('dan');
    expect((await get('', bob)).codes).toEqual(['ErrorAccessDenied']);
  });

  it('takes everything away from one who is none any more', async () => {
    expect((await remove('bob', 'cid', 'dan', 'dan')).codes).toEqual([
      ...['NoError', 'NoError', 'NoError', 'ErrorNotDelegate'],
    ]);
    expect([await shares(), shown(await get())]).toEqual([
      [],
      [[null, null, null, null, null, null, null, null]],
    ]);
    expect((await see('tasks')).codes).toEqual(['ErrorAccessDenied']);
  });
});
