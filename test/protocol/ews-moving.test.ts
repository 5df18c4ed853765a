import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const DOMAIN = 'moving-ews.example';

describe('items that EWS moves, copies and deletes', () => {
  let server: InProcess;
  let client: EwsClient;
  let other: EwsClient;
  let address: string;

  beforeAll(async () => {
    server = await startInProcess();
    address = (await server.addUser(`ann@${DOMAIN}`, 'secret-ann-1')).address;
    client = ewsClient(server, address, 'secret-ann-1');
    other = ewsClient(
      server,
      (await server.addUser(`bob@${DOMAIN}`, 'secret-bob-1')).address,
      'secret-bob-1',
    );
  });
  afterAll(() => server.stop());

  const folderId = (name: string) => `<t:DistinguishedFolderId Id="${name}"/>`;
  const itemId = (id: string) => `<t:ItemId Id="${id}"/>`;
  const idIn = (message: unknown) =>
    children(message as never, 'Items')[0]?.children[0]?.children[0]?.attributes['Id'] ?? '';
  const mime = (subject: string) =>
    Buffer.from(`From: Ann <${address}>\r\nSubject: ${subject}\r\n\r\nBody of ${subject}\r\n`).toString(
      'base64',
    );

  async function message(subject: string, folder = 'inbox'): Promise<string> {
    const { messages } = await client.ok(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${folderId(folder)}</m:SavedItemFolderId><m:Items><t:Message><t:MimeContent>${mime(subject)}</t:MimeContent></t:Message></m:Items></m:CreateItem>`,
    );
    return idIn(messages[0]);
  }

  async function event(
    more = '',
    start = '2027-03-01T10:00:00Z',
    end = '2027-03-01T11:00:00Z',
  ): Promise<string> {
    const { messages } = await client.ok(
      `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Talk</t:Subject><t:Start>${start}</t:Start><t:End>${end}</t:End>${more}</t:CalendarItem></m:Items></m:CreateItem>`,
    );
    return idIn(messages[0]);
  }

  /** Folder and content of an item, or why it is not there. */
  async function where(id: string, who = client) {
    const { messages, codes } = await who.call(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent><t:AdditionalProperties><t:FieldURI FieldURI="item:ParentFolderId"/></t:AdditionalProperties></m:ItemShape><m:ItemIds>${itemId(id)}</m:ItemIds></m:GetItem>`,
    );
    const item = child(messages[0] ?? null, 'Items')?.children[0] ?? null;
    if (item === null) return { code: codes[0] };
    return { parent: at(item, 'ParentFolderId')?.attributes['Id'], mime: textOf(item, 'MimeContent') };
  }
  async function idOfFolder(name: string): Promise<string> {
    const { messages } = await client.ok(
      `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${folderId(name)}</m:FolderIds></m:GetFolder>`,
    );
    return children(messages[0] ?? null, 'Folders')[0]?.children[0]?.children[0]?.attributes['Id'] ?? '';
  }
  const act = (name: string, ids: readonly string[], to: string, more = '', who = client) =>
    who.call(
      `<m:${name}>${`<m:ToFolderId>${folderId(to)}</m:ToFolderId>`}<m:ItemIds>${ids.map(itemId).join('')}</m:ItemIds>${more}</m:${name}>`,
    );
  const remove = (ids: string, type: string, more = '') =>
    client.call(`<m:DeleteItem DeleteType="${type}" ${more}><m:ItemIds>${ids}</m:ItemIds></m:DeleteItem>`);

  it('keep their id when they are moved, each with an answer of its own', async () => {
    const [a, b] = [await message('move a'), await message('move b')];
    const moved = await act('MoveItem', [a, 'bm9uc2Vuc2U=', b], 'junkemail');
    expect(moved.codes).toEqual(['NoError', 'ErrorInvalidIdMalformed', 'NoError']);
    expect([idIn(moved.messages[0]), idIn(moved.messages[2])]).toEqual([a, b]);
    expect((await act('MoveItem', [b], 'calendar')).codes).toEqual(['ErrorMoveCopyFailed']);
    expect((await where(a)).parent).toBe(await idOfFolder('junkemail'));
    const quiet = await act('MoveItem', [a], 'inbox', '<m:ReturnNewItemIds>false</m:ReturnNewItemIds>');
    expect(idIn(quiet.messages[0])).toBe(a);
    expect((await act('MoveItem', [a], 'msgfolderroot')).codes).toEqual([
      'ErrorInvalidFolderTypeForOperation',
    ]);
    expect((await act('MoveItem', [a], 'syncissues')).codes).toEqual(['ErrorToFolderNotFound']);
    expect((await act('MoveItem', [a], 'inbox', '', other)).codes).toEqual(['ErrorItemNotFound']);
  });

  it('are copied with content of their own, as often as one likes', async () => {
    const id = await message('copy');
    const first = idIn((await act('CopyItem', [id], 'junkemail')).messages[0]);
    const second = idIn((await act('CopyItem', [id], 'junkemail')).messages[0]);
    expect(new Set([id, first, second]).size).toBe(3);
    const [original, copy] = [await where(id), await where(first)];
    expect([copy.parent, copy.mime]).toEqual([await idOfFolder('junkemail'), original.mime]);
    expect((await remove(itemId(id), 'HardDelete')).codes).toEqual(['NoError']);
    expect((await where(second)).mime).toBe(copy.mime);
    const meeting = await event();
    const [twin] = (await act('CopyItem', [meeting], 'calendar')).messages.map(idIn);
    expect((await where(twin ?? '')).parent).toBe(await idOfFolder('calendar'));
  });

  it('go into Deleted Items or for good, and from Deleted Items always for good', async () => {
    const [a, b, c] = [await message('x'), await message('y'), await message('z')];
    expect((await remove(itemId(a), 'MoveToDeletedItems')).codes).toEqual(['NoError']);
    expect((await where(a)).parent).toBe(await idOfFolder('deleteditems'));
    expect((await remove(itemId(a), 'MoveToDeletedItems')).codes).toEqual(['NoError']);
    expect((await remove(itemId(b), 'HardDelete', 'SuppressReadReceipts="true"')).codes).toEqual(['NoError']);
    expect((await remove(itemId(c), 'SoftDelete')).codes).toEqual(['NoError']);
    for (const id of [a, b, c]) expect(await where(id)).toEqual({ code: 'ErrorItemNotFound' });
    expect((await remove(itemId(a), 'HardDelete')).codes).toEqual(['ErrorItemNotFound']);
    expect((await remove(itemId(a), 'Sometimes')).codes).toEqual(['ErrorSchemaValidation']);
  });

  it('that were removed for good are listed, and can be moved back', async () => {
    const id = await message('recover me');
    expect((await remove(itemId(id), 'SoftDelete')).codes).toEqual(['NoError']);
    const find = async () => {
      const { messages } = await client.ok(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant><t:Constant Value="recover me"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds>${folderId('recoverableitemsdeletions')}</m:ParentFolderIds></m:FindItem>`,
      );
      return at(messages[0] ?? null, 'RootFolder', 'Items')?.children.map(
        (one) => child(one, 'ItemId')?.attributes['Id'],
      );
    };
    const [there = ''] = (await find()) ?? [];
    // Where it was it is gone, by the id that it had.
    expect(there).not.toBe(id);
    expect(await where(id)).toEqual({ code: 'ErrorItemNotFound' });
    expect((await act('MoveItem', [id], 'junkemail')).codes).toEqual(['ErrorItemNotFound']);
    // Where it lies now it is read whole, and nothing else is done with it.
    expect(Buffer.from((await where(there)).mime ?? '', 'base64').toString()).toContain('Body of recover me');
    expect((await where(there)).parent).toBe(await idOfFolder('recoverableitemsdeletions'));
    expect(await where(there, other)).toEqual({ code: 'ErrorItemNotFound' });
    expect((await remove(itemId(there), 'HardDelete')).codes).toEqual(['ErrorItemNotFound']);
    expect((await act('CopyItem', [there], 'inbox')).codes).toEqual(['ErrorItemNotFound']);
    const all = await client.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ParentFolderIds>${folderId('recoverableitemsdeletions')}</m:ParentFolderIds></m:FindItem>`,
    );
    expect(at(all.messages[0] ?? null, 'RootFolder', 'Items')?.children.length).toBeGreaterThan(1);
    const counted = await client.ok(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${folderId('recoverableitemsdeletions')}</m:FolderIds></m:GetFolder>`,
    );
    const folder = children(counted.messages[0] ?? null, 'Folders')[0]?.children[0] ?? null;
    expect(Number(textOf(folder, 'TotalCount'))).toBeGreaterThan(1);
    expect((await act('MoveItem', [there], 'drafts', '', other)).codes).toEqual(['ErrorItemNotFound']);
    const back = await act('MoveItem', [there], 'junkemail');
    expect([back.codes, idIn(back.messages[0])]).toEqual([['NoError'], id]);
    expect(await where(there)).toEqual({ code: 'ErrorItemNotFound' });
    expect((await where(id)).parent).toBe(await idOfFolder('junkemail'));
    expect(await find()).toEqual([]);
  });

  it('of a calendar need to be said who hears of it, and a series may lose one occurrence', async () => {
    const single = await event();
    expect((await remove(itemId(single), 'HardDelete')).codes).toEqual([
      'ErrorSendMeetingCancellationsRequired',
    ]);
    expect(
      (await remove(itemId(single), 'HardDelete', 'SendMeetingCancellations="SendToNone"')).codes,
    ).toEqual(['NoError']);
    const daily = await event(
      '<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2027-05-03</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>',
      '2027-05-03T10:00:00Z',
      '2027-05-03T11:00:00Z',
    );
    const second = `<t:OccurrenceItemId RecurringMasterId="${daily}" InstanceIndex="2"/>`;
    const none = 'SendMeetingCancellations="SendToNone"';
    expect((await remove(second, 'MoveToDeletedItems', none)).codes).toEqual(['NoError']);
    expect((await remove(second, 'MoveToDeletedItems', none)).codes).toEqual([
      'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
    ]);
    expect((await where(daily)).parent).toBe(await idOfFolder('calendar'));
  });

  it('that are meetings are taken back with their attendees, or quietly', async () => {
    const BOB = `bob@${DOMAIN}`;
    const meeting = async () => {
      const { messages } = await client.ok(
        `<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem><t:Subject>Meet</t:Subject><t:Start>2027-06-01T10:00:00Z</t:Start><t:End>2027-06-01T11:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>${BOB}</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem></m:Items></m:CreateItem>`,
      );
      await server.drain();
      return idIn(messages[0]);
    };
    const heard = async () => {
      await server.drain();
      const { messages } = await other.ok(
        `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${folderId('inbox')}</m:SyncFolderId><m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`,
      );
      return child(messages[0] ?? null, 'Changes')?.children.map((one) => one.children[0]?.name);
    };
    const loud = await meeting();
    expect(await heard()).toEqual(['MeetingRequest']);
    const all = 'SendMeetingCancellations="SendToAllAndSaveCopy"';
    expect((await remove(itemId(loud), 'MoveToDeletedItems', all)).codes).toEqual(['NoError']);
    expect(await heard()).toEqual(['MeetingCancellation', 'MeetingRequest']);
    const quiet = await meeting();
    expect(
      (await remove(itemId(quiet), 'HardDelete', 'SendMeetingCancellations="SendToNone"')).codes,
    ).toEqual(['NoError']);
    expect(await heard()).toEqual(['MeetingRequest', 'MeetingCancellation', 'MeetingRequest']);
  });

  it('are archived from folders of mail', async () => {
    const id = await message('old');
    const archive = (from: string) =>
      client.call(
        `<m:ArchiveItem><m:ArchiveSourceFolderId>${folderId(from)}</m:ArchiveSourceFolderId><m:ItemIds>${itemId(id)}</m:ItemIds></m:ArchiveItem>`,
      );
    expect((await archive('inbox')).codes).toEqual(['NoError']);
    expect((await archive('calendar')).codes).toEqual([
      'ErrorCannotArchiveCalendarContactTaskFolderException',
    ]);
    expect((await where(id)).parent).toBe(await idOfFolder('archive'));
  });

  it('that are junk go there, and their senders are blocked until they are no junk', async () => {
    const raw = `From: Ads <ads@far.example>\r\nTo: ${address}\r\nSubject: Buy\r\nMessage-ID: <buy@far.example>\r\n\r\nNow!\r\n`;
    await server.email('ads@far.example', address, raw);
    await server.drain();
    const sync = await client.ok(
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${folderId('inbox')}</m:SyncFolderId><m:MaxChangesReturned>1</m:MaxChangesReturned></m:SyncFolderItems>`,
    );
    const id =
      at(child(sync.messages[0] ?? null, 'Changes')?.children[0]?.children[0] ?? null, 'ItemId')?.attributes[
        'Id'
      ] ?? '';
    const mark = (junk: boolean, move: boolean, ids = itemId(id)) =>
      client.call(
        `<m:MarkAsJunk IsJunk="${junk}" MoveItem="${move}"><m:ItemIds>${ids}</m:ItemIds></m:MarkAsJunk>`,
      );
    const stays = await mark(true, false);
    expect([stays.codes, child(stays.messages[0] ?? null, 'MovedItemId')]).toEqual([['NoError'], null]);
    const gone = await mark(true, true);
    expect(child(gone.messages[0] ?? null, 'MovedItemId')?.attributes['Id']).toBe(id);
    expect((await where(id)).parent).toBe(await idOfFolder('junkemail'));
    await server.email(
      'ads@far.example',
      address,
      raw.replaceAll('buy@', 'again@').replace('Buy', 'Buy more'),
    );
    await server.drain();
    const junk = await client.ok(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${folderId('junkemail')}</m:FolderIds></m:GetFolder>`,
    );
    const before = Number(
      textOf(children(junk.messages[0] ?? null, 'Folders')[0]?.children[0] ?? null, 'TotalCount'),
    );
    expect((await mark(false, true)).codes).toEqual(['NoError']);
    expect((await where(id)).parent).toBe(await idOfFolder('inbox'));
    await server.email('ads@far.example', address, raw.replaceAll('buy@', 'third@').replace('Buy', 'Hello'));
    await server.drain();
    const after = await client.ok(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${folderId('junkemail')}</m:FolderIds></m:GetFolder>`,
    );
    expect(
      Number(textOf(children(after.messages[0] ?? null, 'Folders')[0]?.children[0] ?? null, 'TotalCount')),
    ).toBe(before - 1);
    expect((await mark(true, true, itemId(await event()))).codes).toEqual(['ErrorInvalidOperation']);
  });
});
