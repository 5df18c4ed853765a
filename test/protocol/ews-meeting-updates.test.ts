import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const itemsOf = (answer: EwsAnswer): XmlElement[] =>
  answer.messages.flatMap((one) => (at(one, 'RootFolder', 'Items') ?? child(one, 'Items'))?.children ?? []);

function idOf(item: XmlElement | null | undefined): string {
  const id = child(item ?? null, 'ItemId')?.attributes['Id'];
  if (id === undefined) throw new Error('no id');
  return id;
}

describe('changes of meetings of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;
  let cid: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob', 'cid'])
      await server.addUser(`${name}@changes.example`, `secret-${name}-1`);
    ann = ewsClient(server, 'ann@changes.example', 'secret-ann-1');
    bob = ewsClient(server, 'bob@changes.example', 'secret-bob-1');
    cid = ewsClient(server, 'cid@changes.example', 'secret-cid-1');
  });
  afterAll(() => server.stop());

  const invited = (...names: string[]) =>
    `<t:RequiredAttendees>${names.map((name) => `<t:Attendee><t:Mailbox><t:EmailAddress>${name}@changes.example</t:EmailAddress></t:Mailbox></t:Attendee>`).join('')}</t:RequiredAttendees>`;
  const create = async (subject: string, more: string, send = 'SendOnlyToAll') => {
    const answer = await ann.ok(
      `<m:CreateItem SendMeetingInvitations="${send}"><m:Items><t:CalendarItem><t:Subject>${subject}</t:Subject><t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End>${more}</t:CalendarItem></m:Items></m:CreateItem>`,
    );
    await server.drain();
    return idOf(itemsOf(answer)[0]);
  };
  const field = (name: string, value: string) =>
    `<t:SetItemField><t:FieldURI FieldURI="calendar:${name}"/><t:CalendarItem>${value}</t:CalendarItem></t:SetItemField>`;
  const update = async (target: string, changes: string, send: string) => {
    const named = target.startsWith('<') ? target : `<t:ItemId Id="${target}"/>`;
    await ann.ok(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="${send}"><m:ItemChanges><t:ItemChange>${named}<t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    await server.drain();
  };
  const all = async (client: EwsClient, folder: string, subject: string) => {
    const found = itemsOf(
      await client.ok(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:Restriction><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="${subject}"/></t:Contains></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
      ),
    );
    const items: XmlElement[] = [];
    for (const one of found)
      items.push(
        ...itemsOf(
          await client.ok(
            `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${idOf(one)}"/></m:ItemIds></m:GetItem>`,
          ),
        ),
      );
    return items;
  };
  const answer = async (client: EwsClient, object: string, item: XmlElement | undefined) => {
    await client.ok(
      `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:${object}><t:ReferenceItemId Id="${idOf(item)}"/></t:${object}></m:Items></m:CreateItem>`,
    );
    await server.drain();
  };
  const place = (item: XmlElement | undefined) => textOf(item ?? null, 'Location');

  it('tells those alone who come or go when only they are to hear of it', async () => {
    const id = await create('Circle', `<t:Location>One</t:Location>${invited('bob')}`);
    await update(
      id,
      field('RequiredAttendees', invited('bob', 'cid')) + field('Location', '<t:Location>Two</t:Location>'),
      'SendOnlyToChanged',
    );
    expect((await all(cid, 'inbox', 'Circle')).map(place)).toEqual(['Two']);
    expect((await all(bob, 'inbox', 'Circle')).map(place)).toEqual(['One']);
    expect((await all(bob, 'calendar', 'Circle')).map(place)).toEqual(['One']);
    expect(await all(ann, 'sentitems', 'Circle')).toEqual([]);
    await update(id, field('RequiredAttendees', invited('cid')), 'SendToChangedAndSaveCopy');
    expect((await all(bob, 'inbox', 'Circle')).map(({ name }) => name).sort()).toEqual([
      'MeetingCancellation',
      'MeetingRequest',
    ]);
    expect((await all(cid, 'inbox', 'Circle')).length).toBe(1);
    expect((await all(ann, 'sentitems', 'Circle')).map(({ name }) => name)).toEqual(['MeetingCancellation']);
  });

  it('is for information only while an answer stands', async () => {
    const id = await create('Quiet', `<t:Location>One</t:Location>${invited('bob', 'cid')}`);
    const [request] = await all(bob, 'inbox', 'Quiet');
    expect(textOf(request ?? null, 'MeetingRequestType')).toBe('NewMeetingRequest');
    await answer(bob, 'AcceptItem', request);
    await update(id, field('Location', '<t:Location>Two</t:Location>'), 'SendOnlyToAll');
    const type = async (client: EwsClient) =>
      (await all(client, 'inbox', 'Quiet'))
        .filter((one) => place(one) === 'Two')
        .map((one) => textOf(one, 'MeetingRequestType'));
    expect(await type(bob)).toEqual(['InformationalUpdate']);
    expect(await type(cid)).toEqual(['FullUpdate']);
  });

  it('tells of the series when one occurrence is answered', async () => {
    const id = await create(
      'Rows',
      `${invited('bob')}<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-05-06</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>`,
    );
    await update(
      `<t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="2"/>`,
      field('Location', '<t:Location>Two</t:Location>'),
      'SendOnlyToAll',
    );
    const [request] = (await all(bob, 'inbox', 'Rows')).filter((one) => textOf(one, 'RecurrenceId') !== null);
    await answer(bob, 'DeclineItem', request);
    const [response] = await all(ann, 'inbox', 'Rows');
    expect([response?.name, textOf(response ?? null, 'ResponseType')]).toEqual([
      'MeetingResponse',
      'Decline',
    ]);
    expect(child(response ?? null, 'Recurrence')?.children.map(({ name }) => name)).toEqual([
      'DailyRecurrence',
      'NumberedRecurrence',
    ]);
  });

  it('wants to know what becomes of a message that is changed', async () => {
    const made = await ann.ok(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>Draft</t:Subject></t:Message></m:Items></m:CreateItem>',
    );
    const { codes } = await ann.call(
      `<m:UpdateItem ConflictResolution="NeverOverwrite"><m:ItemChanges><t:ItemChange><t:ItemId Id="${idOf(itemsOf(made)[0])}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>Other</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(codes).toEqual(['ErrorMessageDispositionRequired']);
  });
});
