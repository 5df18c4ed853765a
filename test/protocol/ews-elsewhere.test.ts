import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const itemsOf = (answer: EwsAnswer): XmlElement[] =>
  answer.messages.flatMap((one) => (at(one, 'RootFolder', 'Items') ?? child(one, 'Items'))?.children ?? []);

describe('items of EWS in folders of mail', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob']) await server.addUser(`${name}@else.example`, `secret-${name}-1`);
    ann = ewsClient(server, 'ann@else.example', 'secret-ann-1');
    bob = ewsClient(server, 'bob@else.example', 'secret-bob-1');
  });
  afterAll(() => server.stop());

  const create = async (inner: string, attributes: string) => {
    const [item] = itemsOf(
      await ann.ok(`<m:CreateItem ${attributes}><m:Items>${inner}</m:Items></m:CreateItem>`),
    );
    await server.drain();
    return child(item ?? null, 'ItemId')?.attributes['Id'] ?? '';
  };
  const bring = async (operation: 'Copy' | 'Move', id: string, folder: string) => {
    const answer = await ann.call(
      `<m:${operation}Item><m:ToFolderId><t:DistinguishedFolderId Id="${folder}"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:${operation}Item>`,
    );
    await server.drain();
    return answer;
  };
  const list = async (client: EwsClient, folder: string) =>
    itemsOf(
      await client.ok(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
      ),
    ).map((one) => `${one.name} ${textOf(one, 'Subject')}`);

  it('are copied and moved there whatever they are, found and read', async () => {
    const made = [
      await create('<t:Contact><t:DisplayName>Ada</t:DisplayName></t:Contact>', ''),
      await create('<t:Task><t:Subject>Walk</t:Subject></t:Task>', ''),
      await create(
        '<t:CalendarItem><t:Subject>Lunch</t:Subject></t:CalendarItem>',
        'SendMeetingInvitations="SendToNone"',
      ),
    ];
    for (const id of made) {
      expect((await bring('Copy', id, 'drafts')).codes).toEqual(['NoError']);
      expect((await bring('Move', id, 'inbox')).codes).toEqual(['NoError']);
      const answer = await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      );
      expect(itemsOf(answer)).toHaveLength(1);
    }
    const wanted = ['CalendarItem Lunch', 'Contact Ada', 'Task Walk'];
    expect((await list(ann, 'drafts')).sort()).toEqual(wanted);
    expect((await list(ann, 'inbox')).sort()).toEqual(wanted);
    for (const folder of ['calendar', 'contacts', 'tasks']) expect(await list(ann, folder)).toEqual([]);
    for (const id of made) expect((await bring('Move', id, 'deleteditems')).codes).toEqual(['NoError']);
  });

  it('are no folders for messages where other things are kept', async () => {
    const id = await create(
      '<t:Message><t:Subject>Note</t:Subject></t:Message>',
      'MessageDisposition="SaveOnly"',
    );
    expect((await bring('Copy', id, 'contacts')).codes).toEqual(['ErrorMoveCopyFailed']);
  });

  it('hold a meeting that takes place, until it is deleted there', async () => {
    const id = await create(
      '<t:CalendarItem><t:Subject>Moved</t:Subject><t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@else.example</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem>',
      'SendMeetingInvitations="SendOnlyToAll"',
    );
    expect((await bring('Move', id, 'inbox')).codes).toEqual(['NoError']);
    expect(await list(bob, 'inbox')).toEqual(['MeetingRequest Moved']);
    const removed = await ann.call(
      `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToAllAndSaveCopy"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );
    expect(removed.codes).toEqual(['NoError']);
    await server.drain();
    expect((await list(bob, 'inbox')).sort()).toEqual([
      'MeetingCancellation Canceled: Moved',
      'MeetingRequest Moved',
    ]);
    expect(await list(ann, 'sentitems')).toEqual(['MeetingCancellation Canceled: Moved']);
  });
});
