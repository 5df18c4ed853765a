import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const START = '<t:StartDate>2027-02-01T00:00:00Z</t:StartDate>';
const DUE = '<t:DueDate>2027-02-02T00:00:00Z</t:DueDate>';
const DONE = '<t:CompleteDate>2027-02-01T00:00:00Z</t:CompleteDate>';

describe('what is said of a plain item of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@flags.example', 'secret-ann-1');
    ann = ewsClient(server, 'ann@flags.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const create = (content: string, folder = 'drafts') =>
    ann.call(
      `<m:CreateItem><m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId><m:Items><t:Item><t:Subject>x</t:Subject>${content}</t:Item></m:Items></m:CreateItem>`,
    );
  const itemIn = (answer: EwsAnswer): XmlElement | null =>
    at(answer.messages[0] ?? null, 'Items')?.children[0] ?? null;
  const read = async (made: EwsAnswer) => {
    const id = child(itemIn(made), 'ItemId')?.attributes['Id'];
    return itemIn(
      await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      ),
    );
  };
  const flag = (status: string, dates = '') =>
    `<t:Flag><t:FlagStatus>${status}</t:FlagStatus>${dates}</t:Flag>`;

  it('is a flag whose dates fit its status, or an error', async () => {
    for (const [status, dates] of [
      ['Flagged', START + DUE],
      ['Flagged', ''],
      ['NotFlagged', ''],
      ['Complete', DONE],
    ] as const) {
      const told = child(await read(await create(flag(status, dates))), 'Flag');
      expect(told?.children.map((one) => one.name)).toEqual([
        'FlagStatus',
        ...[...dates.matchAll(/<t:(\w+)>/g)].map((match) => match[1]),
      ]);
    }
    for (const [status, dates] of [
      ['Flagged', DONE],
      ['Flagged', START],
      ['Flagged', DUE],
      ['Complete', START + DUE + DONE],
      ['NotFlagged', DONE],
      ['NotFlagged', START + DUE],
    ] as const) {
      expect([status, dates, (await create(flag(status, dates))).codes]).toEqual([
        status,
        dates,
        ['ErrorInvalidArgument'],
      ]);
    }
  });

  it('comes back with all of it that a client may say', async () => {
    const made = await create(
      '<t:ItemClass>IPM.Note</t:ItemClass><t:Sensitivity>Normal</t:Sensitivity><t:Body BodyType="Text" IsTruncated="true">This Is The Base Object.</t:Body>' +
        '<t:Attachments><t:FileAttachment><t:Name>a.jpg</t:Name><t:Content>AAEC</t:Content></t:FileAttachment><t:ItemAttachment><t:Name>inner</t:Name><t:Item><t:Subject>Inner</t:Subject></t:Item></t:ItemAttachment></t:Attachments>' +
        '<t:Categories><t:String>The Category</t:String></t:Categories><t:Importance>Normal</t:Importance><t:InReplyTo>Someone</t:InReplyTo>' +
        '<t:ReminderDueBy>2027-02-01T10:15:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderNextTime>2027-02-01T10:30:00Z</t:ReminderNextTime><t:ReminderMinutesBeforeStart>10</t:ReminderMinutesBeforeStart>' +
        `<t:Culture>en-US</t:Culture>${flag('Flagged', START + DUE)}<t:RetentionDate>2027-03-01T00:00:00Z</t:RetentionDate>`,
      'inbox',
    );
    expect(made.codes).toEqual(['NoError']);
    const item = await read(made);
    const told = (...names: string[]) => names.map((name) => textOf(item, name));
    expect(told('ItemClass', 'Sensitivity', 'Body', 'Importance', 'InReplyTo', 'Culture')).toEqual([
      ...['IPM.Note', 'Normal', 'This Is The Base Object.', 'Normal', 'Someone', 'en-US'],
    ]);
    expect(told('ReminderDueBy', 'ReminderIsSet', 'ReminderNextTime', 'ReminderMinutesBeforeStart')).toEqual([
      ...['2027-02-01T10:15:00Z', 'true', '2027-02-01T10:30:00Z', '10'],
    ]);
    expect(told('RetentionDate', 'Preview', 'HasAttachments', 'IsDraft', 'IsUnmodified', 'IsFromMe')).toEqual(
      ['2027-03-01T00:00:00Z', 'This Is The Base Object.', 'true', 'true', 'false', 'false'],
    );
    expect(told('IsSubmitted', 'IsResend', 'IsAssociated', 'DisplayTo', 'DisplayCc')).toEqual([
      ...['false', 'false', 'false', '', ''],
    ]);
    expect(children(child(item, 'Categories'), 'String').map((one) => one.text)).toEqual(['The Category']);
    const rights = child(item, 'EffectiveRights')?.children.map((one) => one.text);
    expect(rights).toEqual(['false', 'false', 'false', 'true', 'true', 'true', 'true']);
    expect(child(item, 'ResponseObjects')?.children.length).toBeGreaterThan(0);
    for (const name of ['InstanceKey', 'ConversationId', 'LastModifiedName', 'LastModifiedTime', 'Size'])
      expect([name, child(item, name) === null]).toEqual([name, false]);
  });

  it('has the occurrences of a series with it that lie where they are looked for', async () => {
    const made = await ann.ok(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Daily</t:Subject><t:Start>2027-05-03T10:00:00Z</t:Start><t:End>2027-05-03T10:30:00Z</t:End><t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2027-05-03</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>',
    );
    const id = child(itemIn(made), 'ItemId')?.attributes['Id'];
    await ann.ok(
      `<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="1"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:Start"/><t:CalendarItem><t:Start>2027-05-03T10:20:00Z</t:Start></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    const inRange = async (original: boolean) => {
      const { messages } = await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:RecurringMasterItemIdRanges Id="${id}"><t:Ranges><t:Range Start="2027-05-03T10:10:00Z" End="2027-05-08T10:00:00Z" Count="5" CompareOriginalStartTime="${original}"/></t:Ranges></t:RecurringMasterItemIdRanges></m:ItemIds></m:GetItem>`,
      );
      return child(messages[0] ?? null, 'Items')?.children.map((one) => textOf(one, 'Start'));
    };
    const rest = [4, 5, 6, 7].map((day) => `2027-05-0${day}T10:00:00Z`);
    const master = '2027-05-03T10:00:00Z';
    expect(await inRange(true)).toEqual([master, ...rest]);
    expect(await inRange(false)).toEqual([master, '2027-05-03T10:20:00Z', ...rest]);
  });

  it('is refused where a time is none', async () => {
    const { codes } = await create('<t:RetentionDate>tomorrow</t:RetentionDate>');
    expect(codes).toEqual(['ErrorSchemaValidation']);
  });
});
