import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

/** Requests in the form that Evolution's connector sends them. */
describe('Evolution', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('eve@evolution.example', 'secret-eve-1');
    client = ewsClient(server, address, 'secret-eve-1');
  }, 60_000);
  afterAll(() => server.stop());

  const idOf = (text: string) => /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? '';

  async function iCalendar(id: string): Promise<string> {
    const { text } = await client.ok(
      '<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>false</t:IncludeMimeContent>' +
        '<t:AdditionalProperties><t:FieldURI FieldURI="item:MimeContent"/></t:AdditionalProperties></m:ItemShape>' +
        `<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    );
    const content = /<t:MimeContent[^>]*>([^<]*)</.exec(text)?.[1] ?? '';
    return Buffer.from(content, 'base64').toString().replace(/\r\n /g, '');
  }

  it('reads from the iCalendar of an event whether it takes the time', async () => {
    for (const [status, transparency] of [
      ['Busy', 'OPAQUE'],
      ['Free', 'TRANSPARENT'],
      ['Tentative', 'OPAQUE'],
      ['OOF', 'OPAQUE'],
    ]) {
      const { text } = await client.ok(
        '<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>' +
          `<t:Subject>${status}</t:Subject><t:ReminderIsSet>false</t:ReminderIsSet><t:Start>2026-12-01T09:00:00Z</t:Start>` +
          `<t:End>2026-12-01T10:00:00Z</t:End><t:LegacyFreeBusyStatus>${status}</t:LegacyFreeBusyStatus>` +
          '<t:IsResponseRequested>true</t:IsResponseRequested></t:CalendarItem></m:Items></m:CreateItem>',
      );
      const lines = (await iCalendar(idOf(text))).split('\r\n');
      expect(lines).toContain(`X-MICROSOFT-CDO-BUSYSTATUS:${status?.toUpperCase()}`);
      expect(lines).toContain(`TRANSP:${transparency}`);
    }
  });

  it('finds it in the iCalendar of changed occurrences too', async () => {
    const { text } = await client.ok(
      '<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>' +
        '<t:Subject>Series</t:Subject><t:Start>2026-12-07T09:00:00Z</t:Start><t:End>2026-12-07T10:00:00Z</t:End>' +
        '<t:LegacyFreeBusyStatus>Busy</t:LegacyFreeBusyStatus><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval>' +
        '<t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2026-12-07</t:StartDate>' +
        '<t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>',
    );
    const id = idOf(text);
    await client.ok(
      '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="SendToNone">' +
        `<m:ItemChanges><t:ItemChange><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="2"/><t:Updates>` +
        '<t:SetItemField><t:FieldURI FieldURI="calendar:LegacyFreeBusyStatus"/><t:CalendarItem>' +
        '<t:LegacyFreeBusyStatus>Free</t:LegacyFreeBusyStatus></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>',
    );
    const [series, occurrence] = (await iCalendar(id)).split('BEGIN:VEVENT').slice(1);
    expect(series).toContain('X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n');
    expect(occurrence).toContain('X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n');
  });
});
