import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId, type EwsId, encodeId } from '../../workers/ews/ids/id.ts';
import { encodeSubscriptionId } from '../../workers/ews/live/ids.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const SHAPE = '<t:BaseShape>AllProperties</t:BaseShape>';
const item = (id: string) => `<t:ItemId Id="${id}"/>`;
const folder = (id: string) => `<t:FolderId Id="${id}"/>`;
const items = (id: string) => `<m:ItemIds>${item(id)}</m:ItemIds>`;
const own = (name: string) => `<t:DistinguishedFolderId Id="${name}"/>`;
const configuration = (id: string) =>
  `<t:UserConfigurationName Name="Settings">${folder(id)}</t:UserConfigurationName>`;
const subject =
  '<t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>x</t:Subject></t:Message></t:SetItemField>';

type Kind = 'item' | 'occurrence' | 'attachment' | 'folder' | 'conversation' | 'persona' | 'subscription';
type Build = (id: string) => string;

const ITEM: Record<string, Build> = {
  GetItem: (id) => `<m:GetItem><m:ItemShape>${SHAPE}</m:ItemShape>${items(id)}</m:GetItem>`,
  ExportItems: (id) => `<m:ExportItems>${items(id)}</m:ExportItems>`,
  MoveItem: (id) => `<m:MoveItem><m:ToFolderId>${own('drafts')}</m:ToFolderId>${items(id)}</m:MoveItem>`,
  CopyItem: (id) => `<m:CopyItem><m:ToFolderId>${own('drafts')}</m:ToFolderId>${items(id)}</m:CopyItem>`,
  DeleteItem: (id) =>
    `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone">${items(id)}</m:DeleteItem>`,
  ArchiveItem: (id) =>
    `<m:ArchiveItem><m:ArchiveSourceFolderId>${own('inbox')}</m:ArchiveSourceFolderId>${items(id)}</m:ArchiveItem>`,
  MarkAsJunk: (id) => `<m:MarkAsJunk IsJunk="true" MoveItem="true">${items(id)}</m:MarkAsJunk>`,
  SendItem: (id) => `<m:SendItem SaveItemToFolder="true">${items(id)}</m:SendItem>`,
  CreateAttachment: (id) =>
    `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments><t:FileAttachment><t:Name>a</t:Name><t:Content>YQ==</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
  UpdateItem: (id) =>
    `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>${item(id)}<t:Updates>${subject}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  CreateItem: (id) =>
    `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:ForwardItem><t:ReferenceItemId Id="${id}"/></t:ForwardItem></m:Items></m:CreateItem>`,
};

/** What takes an id of each kind, by operation. */
const TAKES: Record<Kind, Record<string, Build>> = {
  item: ITEM,
  occurrence: {
    GetItem: ITEM['GetItem'] as Build,
    DeleteItem: ITEM['DeleteItem'] as Build,
    UpdateItem: ITEM['UpdateItem'] as Build,
    PerformReminderAction: (id) =>
      `<m:PerformReminderAction><m:ReminderItemActions><t:ReminderItemAction><t:ActionType>Dismiss</t:ActionType>${item(id)}</t:ReminderItemAction></m:ReminderItemActions></m:PerformReminderAction>`,
  },
  attachment: {
    GetAttachment: (id) =>
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds></m:GetAttachment>`,
    DeleteAttachment: (id) =>
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds></m:DeleteAttachment>`,
  },
  folder: {
    GetFolder: (id) =>
      `<m:GetFolder><m:FolderShape>${SHAPE}</m:FolderShape><m:FolderIds>${folder(id)}</m:FolderIds></m:GetFolder>`,
    FindFolder: (id) =>
      `<m:FindFolder Traversal="Deep"><m:FolderShape>${SHAPE}</m:FolderShape><m:ParentFolderIds>${folder(id)}</m:ParentFolderIds></m:FindFolder>`,
    FindItem: (id) =>
      `<m:FindItem Traversal="Shallow"><m:ItemShape>${SHAPE}</m:ItemShape><m:ParentFolderIds>${folder(id)}</m:ParentFolderIds></m:FindItem>`,
    FindConversation: (id) =>
      `<m:FindConversation><m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:ParentFolderId>${folder(id)}</m:ParentFolderId></m:FindConversation>`,
    SyncFolderItems: (id) =>
      `<m:SyncFolderItems><m:ItemShape>${SHAPE}</m:ItemShape><m:SyncFolderId>${folder(id)}</m:SyncFolderId><m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>`,
    SyncFolderHierarchy: (id) =>
      `<m:SyncFolderHierarchy><m:FolderShape>${SHAPE}</m:FolderShape><m:SyncFolderId>${folder(id)}</m:SyncFolderId></m:SyncFolderHierarchy>`,
    CreateFolder: (id) =>
      `<m:CreateFolder><m:ParentFolderId>${folder(id)}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
    CreateFolderPath: (id) =>
      `<m:CreateFolderPath><m:ParentFolderId>${folder(id)}</m:ParentFolderId><m:RelativeFolderPath><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></m:RelativeFolderPath></m:CreateFolderPath>`,
    UpdateFolder: (id) =>
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${folder(id)}<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    MoveFolder: (id) =>
      `<m:MoveFolder><m:ToFolderId>${own('inbox')}</m:ToFolderId><m:FolderIds>${folder(id)}</m:FolderIds></m:MoveFolder>`,
    CopyFolder: (id) =>
      `<m:CopyFolder><m:ToFolderId>${own('inbox')}</m:ToFolderId><m:FolderIds>${folder(id)}</m:FolderIds></m:CopyFolder>`,
    DeleteFolder: (id) =>
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${folder(id)}</m:FolderIds></m:DeleteFolder>`,
    EmptyFolder: (id) =>
      `<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="true"><m:FolderIds>${folder(id)}</m:FolderIds></m:EmptyFolder>`,
    MarkAllItemsAsRead: (id) =>
      `<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts><m:FolderIds>${folder(id)}</m:FolderIds></m:MarkAllItemsAsRead>`,
    CreateItem: (id) =>
      `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${folder(id)}</m:SavedItemFolderId><m:Items><t:Message><t:Subject>x</t:Subject></t:Message></m:Items></m:CreateItem>`,
    UploadItems: (id) =>
      `<m:UploadItems><m:Items><t:Item CreateAction="CreateNew"><t:ParentFolderId Id="${id}"/><t:Data>YQ==</t:Data></t:Item></m:Items></m:UploadItems>`,
    Subscribe: (id) =>
      `<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>${folder(id)}</t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>`,
    GetUserConfiguration: (id) =>
      `<m:GetUserConfiguration><m:UserConfigurationName Name="Settings">${folder(id)}</m:UserConfigurationName><m:UserConfigurationProperties>All</m:UserConfigurationProperties></m:GetUserConfiguration>`,
    CreateUserConfiguration: (id) =>
      `<m:CreateUserConfiguration><m:UserConfiguration>${configuration(id)}</m:UserConfiguration></m:CreateUserConfiguration>`,
    UpdateUserConfiguration: (id) =>
      `<m:UpdateUserConfiguration><m:UserConfiguration>${configuration(id)}</m:UserConfiguration></m:UpdateUserConfiguration>`,
    DeleteUserConfiguration: (id) =>
      `<m:DeleteUserConfiguration><m:UserConfigurationName Name="Settings">${folder(id)}</m:UserConfigurationName></m:DeleteUserConfiguration>`,
  },
  conversation: {
    GetConversationItems: (id) =>
      `<m:GetConversationItems><m:ItemShape>${SHAPE}</m:ItemShape><m:Conversations><t:Conversation><t:ConversationId Id="${id}"/></t:Conversation></m:Conversations></m:GetConversationItems>`,
    ApplyConversationAction: (id) =>
      `<m:ApplyConversationAction><m:ConversationActions><t:ConversationAction><t:Action>Delete</t:Action><t:ConversationId Id="${id}"/><t:DeleteType>HardDelete</t:DeleteType></t:ConversationAction></m:ConversationActions></m:ApplyConversationAction>`,
  },
  persona: {
    GetPersona: (id) => `<m:GetPersona><m:PersonaId Id="${id}"/></m:GetPersona>`,
    ExpandDL: (id) => `<m:ExpandDL><m:Mailbox>${item(id)}</m:Mailbox></m:ExpandDL>`,
  },
  subscription: {
    GetEvents: (id) =>
      `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${btoa('w|1')}</m:Watermark></m:GetEvents>`,
    Unsubscribe: (id) => `<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`,
    GetStreamingEvents: (id) =>
      `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${id}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`,
  },
};

/** Operations that take addresses or nothing, or only turn one form of an id into another. */
const WITHOUT_IDS = new Set([
  ...['ConvertId', 'GetReminders', 'GetRoomLists', 'GetRooms', 'GetServerTimeZones', 'GetUserAvailability'],
  ...['FindPeople', 'GetAppManifests', 'GetAppMarketplaceUrl', 'GetMailTips', 'GetPasswordExpirationDate'],
  ...[
    'GetSearchableMailboxes',
    'GetServiceConfiguration',
    'GetUserOofSettings',
    'GetUserPhoto',
    'ResolveNames',
  ],
  ...['GetUserRetentionPolicyTags', 'SetUserOofSettings', 'AddDelegate', 'GetDelegate', 'RemoveDelegate'],
  ...['UpdateDelegate', 'GetInboxRules', 'UpdateInboxRules', 'CreateManagedFolder'],
]);

const NOBODY = '01jzzzzzzzzzzzzzzzzzzzzzzz';

function itemIdOf(id: string): string {
  const decoded = decodeId(id);
  return decoded.kind === 'item' ? decoded.itemId : '';
}

describe('what belongs to somebody else (A30, A31)', () => {
  let server: InProcess;
  let ann: EwsClient;
  const strangers: Record<string, EwsClient> = {};
  const real = {} as Record<Kind, string>;
  const missing = {} as Record<Kind, string[]>;

  beforeAll(async () => {
    server = await startInProcess();
    const { userId: mailboxId } = await server.addUser('ann@idor.example', 'secret-ann-idor');
    ann = ewsClient(server, 'ann@idor.example', 'secret-ann-idor');
    for (const [who, address] of [
      ['another user', 'bob@idor.example'],
      ['another tenant', 'eve@elsewhere.example'],
      ['a delegate of yesterday', 'carl@idor.example'],
    ] as const) {
      await server.addUser(address, `secret-idor-${address}`);
      strangers[who] = ewsClient(server, address, `secret-idor-${address}`);
    }
    const raw = buildMail({
      messageId: '<secret@x.example>',
      subject: 'Secret plan',
      from: 'Amy <amy@x.example>',
      to: 'ann@idor.example',
      text: 'hidden words',
      attachments: [{ name: 'plan.txt', type: 'text/plain', content: 'the plan' }],
    });
    await server.email('amy@x.example', 'ann@idor.example', raw);
    await server.drain();
    for (const level of ['Reviewer', 'None']) {
      await ann.ok(
        `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${own('inbox')}<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:PermissionSet"/><t:Folder><t:PermissionSet><t:Permissions><t:Permission><t:UserId><t:PrimarySmtpAddress>carl@idor.example</t:PrimarySmtpAddress></t:UserId><t:PermissionLevel>${level}</t:PermissionLevel></t:Permission></t:Permissions></t:PermissionSet></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
      );
    }
    const first = async (pattern: RegExp, body: string) => pattern.exec((await ann.ok(body)).text)?.[1] ?? '';
    real.folder = await first(
      /<t:FolderId Id="([^"]+)"/,
      `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${own('inbox')}</m:FolderIds></m:GetFolder>`,
    );
    real.item = await first(/<t:ItemId Id="([^"]+)"/, (TAKES.folder['FindItem'] as Build)(real.folder));
    real.attachment = await first(/<t:AttachmentId Id="([^"]+)"/, (ITEM['GetItem'] as Build)(real.item));
    real.conversation = await first(/<t:ConversationId Id="([^"]+)"/, (ITEM['GetItem'] as Build)(real.item));
    const series = await first(
      /<t:ItemId Id="([^"]+)"/,
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Secret series</t:Subject><t:Start>2030-01-07T10:00:00Z</t:Start><t:End>2030-01-07T11:00:00Z</t:End><t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-01-07</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>',
    );
    real.occurrence = await first(
      /<t:ItemId Id="([^"]+)"/,
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:OccurrenceItemId RecurringMasterId="${series}" InstanceIndex="2"/></m:ItemIds></m:GetItem>`,
    );
    const card = await first(
      /<t:ItemId Id="([^"]+)"/,
      '<m:CreateItem><m:Items><t:Contact><t:GivenName>Secret</t:GivenName><t:Surname>Friend</t:Surname></t:Contact></m:Items></m:CreateItem>',
    );
    const cardId = itemIdOf(card);
    real.persona = encodeId({ kind: 'persona', mailboxId, personId: cardId });
    real.subscription = await first(
      /<m:SubscriptionId>([^<]+)</,
      (TAKES.folder['Subscribe'] as Build)(real.folder),
    );
    const of = (make: (mailbox: string) => EwsId) => [encodeId(make(mailboxId)), encodeId(make(NOBODY))];
    missing.item = of((mailbox) => ({ kind: 'item', mailboxId: mailbox, itemId: NOBODY }));
    missing.occurrence = of((mailbox) => ({
      kind: 'occurrence',
      mailboxId: mailbox,
      itemId: NOBODY,
      occurrence: '2030-01-08T10:00:00',
    }));
    missing.attachment = of((mailbox) => ({
      kind: 'attachment',
      mailboxId: mailbox,
      itemId: NOBODY,
      attachment: '2',
    }));
    missing.folder = of((mailbox) => ({ kind: 'folder', mailboxId: mailbox, folderId: '99999' }));
    missing.conversation = of((mailbox) => ({ kind: 'conversation', mailboxId: mailbox, threadId: NOBODY }));
    missing.persona = of((mailbox) => ({ kind: 'persona', mailboxId: mailbox, personId: NOBODY }));
    missing.subscription = [mailboxId, NOBODY].map((mailbox) =>
      encodeSubscriptionId({ mailboxId: mailbox, id: NOBODY }),
    );
  }, 120_000);
  afterAll(() => server?.stop());

  const cells = Object.entries(TAKES).flatMap(([kind, operations]) =>
    Object.keys(operations).map((operation): [Kind, string] => [kind as Kind, operation]),
  );

  it('is tried with every operation that takes an id', () => {
    const tried = new Set(cells.map(([, operation]) => operation));
    expect(operations().filter((name) => !tried.has(name) && !WITHOUT_IDS.has(name))).toEqual([]);
    expect(Object.values(real).filter((id) => id === '')).toEqual([]);
  });

  // The ids that were asked for come back where an answer says which of them are wrong.
  const without = (text: string, id: string) => text.replaceAll(id, 'id');

  it.each(cells)('by the id of its %s looks to %s like what does not exist', async (kind, operation) => {
    const build = TAKES[kind][operation] as Build;
    for (const [who, client] of Object.entries(strangers)) {
      const got = await client.call(build(real[kind]));
      expect([who, got.codes.filter((code) => code === 'NoError')]).toEqual([who, []]);
      expect(got.text).not.toMatch(/Secret|hidden|plan/);
      for (const id of missing[kind]) {
        const other = await client.call(build(id));
        expect([who, without(other.text, id)]).toEqual([who, without(got.text, real[kind])]);
      }
    }
  });

  it('asks everybody to sign in before anything is read', async () => {
    const ask = async (body: string) => {
      const response = await server.fetch('/EWS/Exchange.asmx', { method: 'POST', body });
      return [response.status, await response.text()];
    };
    const [status, text] = await ask((ITEM['GetItem'] as Build)(real.item));
    expect(status).toBe(401);
    expect(await ask('<!DOCTYPE x>')).toEqual([401, text]);
  });

  it('is as it was for its owner, after all this', async () => {
    const got = await ann.ok((ITEM['GetItem'] as Build)(real.item));
    expect(got.text).toContain('<t:Subject>Secret plan</t:Subject>');
    expect((await ann.ok((TAKES.attachment['GetAttachment'] as Build)(real.attachment))).text).toContain(
      'plan.txt',
    );
    expect((await ann.ok((TAKES.occurrence['GetItem'] as Build)(real.occurrence))).text).toContain(
      'Secret series',
    );
    await ann.ok((TAKES.subscription['GetEvents'] as Build)(real.subscription));
    expect(
      (await ann.ok((TAKES.conversation['GetConversationItems'] as Build)(real.conversation))).text,
    ).toContain('Secret plan');
  });

  it('is not reached by ids that were changed, cut or put together', async () => {
    const bob = strangers['another user'] as EwsClient;
    const wrong: string[] = [];
    const bytes = Buffer.from(real.item, 'base64');
    const changed = (at: number, byte: number) => Buffer.from(bytes.with(at, byte)).toString('base64');
    const letter = bytes.length - itemIdOf(real.item).length - 1;
    const forms = [
      ...Array.from({ length: real.item.length }, (_, at) => {
        const flipped = String.fromCharCode(real.item.charCodeAt(at) ^ 1);
        return real.item.slice(0, at) + flipped + real.item.slice(at + 1);
      }),
      ...[1, 4, 17, 40].map((end) => real.item.slice(0, end)),
      ...[
        changed(letter, 'f'.charCodeAt(0)),
        changed(letter, 'a'.charCodeAt(0)),
        changed(letter, 'r'.charCodeAt(0)),
        Buffer.concat([bytes, Buffer.from('|x')]).toString('base64'),
        Buffer.from(bytes.toReversed()).toString('base64'),
      ],
      ...[
        real.folder,
        real.attachment,
        real.conversation,
        real.persona,
        real.subscription,
        encodeId({ kind: 'item', mailboxId: '../', itemId: NOBODY }),
        encodeId({ kind: 'item', mailboxId: '%', itemId: '%' }),
        encodeId({ kind: 'item', mailboxId: 'x', itemId: "' OR 1=1 --" }),
        btoa(`i|x|${NOBODY}`),
      ],
    ].filter((id) => !/[<&"]/.test(id));
    for (const client of [bob, ann]) {
      const ids = forms.map(item).join('');
      const answer = await client.call(
        `<m:GetItem><m:ItemShape>${SHAPE}</m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`,
      );
      expect([answer.status, answer.messages.length]).toEqual([200, forms.length]);
      answer.codes.forEach((code, n) => {
        if (!/^Error(?:ItemNotFound|InvalidId\w*)$/.test(code)) wrong.push(`${forms[n]}: ${code}`);
      });
    }
    expect(wrong).toEqual([]);
  });

  it('is not told by a state of synchronisation or a ChangeKey of its owner', async () => {
    const state = /<m:SyncState>([^<]+)</.exec(
      (await ann.ok((TAKES.folder['SyncFolderItems'] as Build)(real.folder))).text,
    )?.[1];
    const inbox = `<m:SyncFolderItems><m:ItemShape>${SHAPE}</m:ItemShape><m:SyncFolderId>${own('inbox')}</m:SyncFolderId><m:SyncState>${state}</m:SyncState><m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>`;
    for (const client of Object.values(strangers)) {
      const got = await client.call(inbox);
      expect(got.codes).toEqual(['ErrorInvalidSyncStateData']);
    }
    const key = /<t:ItemId Id="[^"]+" ChangeKey="([^"]+)"/.exec(
      (await ann.ok((ITEM['GetItem'] as Build)(real.item))).text,
    )?.[1];
    const bob = strangers['another user'] as EwsClient;
    const keyed = (ITEM['UpdateItem'] as Build)(`${real.item}" ChangeKey="${key}`);
    expect((await bob.call(keyed)).codes).toEqual(['ErrorItemNotFound']);
    expect((await ann.call((ITEM['UpdateItem'] as Build)(`${real.item}" ChangeKey="????`))).codes).toEqual([
      'ErrorInvalidChangeKey',
    ]);
  });
});

describe('paths and sign-in (A32, A33)', () => {
  let server: InProcess;
  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@paths.example', 'secret-ann-paths');
  });
  afterAll(() => server?.stop());

  it.each([
    '/autodiscover/autodiscover.json?@x/ews/exchange.asmx',
    '/autodiscover/autodiscover.json/ews/exchange.asmx',
    '//ews/exchange.asmx',
    '/ews/exchange.asmx/',
    '/ews/exchange.asmx/x.js',
    '/ews/exchange.asmx;x=.css',
    '/ews/%2e%2e/ews/exchange.asmx',
    '/ews%2fexchange.asmx',
    '/ews%5cexchange.asmx',
    '/ews/./exchange.asmx',
    '/ews/exchange.asmx%20',
    '/ews/exchange.asmx.',
    '/owa/../ews/exchange.asmx',
    '/mapi/emsmdb',
  ])('of %s serve nobody without signing in', async (path) => {
    for (const headers of [
      {},
      { 'x-original-url': '/ews/exchange.asmx', 'x-rewrite-url': '/ews/exchange.asmx' },
      {
        'x-beresource': 'ann@paths.example',
        cookie: 'X-BEResource=localhost; SecurityToken=x; Email=ann@paths.example',
      },
      {
        'x-anchormailbox': 'ann@paths.example',
        'x-commonaccesstoken': 'VgEAVAdXaW5kb3dzQwBBCEtlcmJlcm9z',
        'x-http-method-override': 'GET',
      },
    ]) {
      const response = await server.fetch(path, {
        method: 'POST',
        headers,
        body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetFolder/></s:Body></s:Envelope>',
      });
      expect([302, 400, 401, 404, 405]).toContain(response.status);
      expect(await response.text()).not.toMatch(/Envelope|ann@/);
    }
  });

  it('of an anchor say nothing of whose mailbox is meant', async () => {
    await server.addUser('bob@paths.example', 'secret-bob-paths');
    const response = await server.fetch('/EWS/exchange.ASMX', {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa('bob@paths.example:secret-bob-paths')}`,
        'x-anchormailbox': 'ann@paths.example',
        'x-prefer-server-affinity': 'true',
      },
      body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetFolder><FolderShape><BaseShape>IdOnly</BaseShape></FolderShape><FolderIds><DistinguishedFolderId Id="inbox"/></FolderIds></GetFolder></s:Body></s:Envelope>',
    });
    const bobs = /FolderId Id="([^"]+)"/.exec(await response.text())?.[1] ?? '';
    const { userId } = await server.admin<{ userId: string }>('GET', '/users/bob%40paths.example');
    expect(decodeId(bobs).mailboxId).toBe(userId);
  });

  it.each([
    'Basic',
    'Basic ',
    'Basic !!!!',
    `Basic ${btoa('ann@paths.example')}`,
    `Basic ${btoa(':')}`,
    `Basic ${btoa('ann@paths.example\0:secret-ann-paths')}`,
    `Basic ${btoa('ann@paths.example:secret-ann-paths\0')}`,
    `Basic ${btoa('\xe4nn@paths.example:x')}`,
    'NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw==',
    'Negotiate YII=',
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.',
    `Basic ${'A'.repeat(100_000)}`,
  ])('by %s is refused like any other', async (authorization) => {
    const response = await server.fetch('/EWS/Exchange.asmx', {
      method: 'POST',
      headers: { authorization },
      body: '<x/>',
    });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Basic realm=/),
    ]);
  });

  it('that fails often here is looked at no more elsewhere, and the other way round', async () => {
    const fail = (path: string, n: number) =>
      server.fetch(`https://paths.example${path}`, {
        method: path.startsWith('/Microsoft') ? 'OPTIONS' : 'POST',
        headers: {
          authorization: `Basic ${btoa(`ann@paths.example:wrong-${n}`)}`,
          'cf-connecting-ip': `198.51.${n}.7`,
        },
        ...(path.startsWith('/Microsoft') ? {} : { body: '<x/>' }),
      });
    const paths = ['/EWS/Exchange.asmx', '/autodiscover/autodiscover.xml', '/Microsoft-Server-ActiveSync'];
    const statuses: number[] = [];
    for (let n = 0; n < 60; n++) statuses.push((await fail(paths[n % 3] as string, n)).status);
    const from = statuses.findIndex((status) => status === 503 || status === 429);
    expect(from).toBeGreaterThan(0);
    for (const [n, path] of paths.entries()) {
      expect([path, (await fail(path, 70 + n)).status]).toEqual([path, 503]);
    }
  });
});

/** Names of the table of operations. It is read as text: what it imports is of another compilation. */
function operations(): string[] {
  const table = readFileSync(new URL('../../workers/ews/operations/index.ts', import.meta.url), 'utf8');
  const names = [...table.matchAll(/^ {2}\['(\w+)', \w+\],$/gm)].flatMap((match) => match[1] ?? []);
  if (names.length < 60) throw new Error('the table of operations is not read');
  return names;
}
