import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('free and busy times of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@free.example', 'secret-ann-1');
    await server.addUser('bob@free.example', 'secret-bob-1');
    ann = ewsClient(server, 'ann@free.example', 'secret-ann-1');
    const bob = ewsClient(server, 'bob@free.example', 'secret-bob-1');
    for (const [client, start, end] of [
      [ann, '2030-05-06T08:00:00Z', '2030-05-06T09:00:00Z'],
      [bob, '2030-05-06T10:00:00Z', '2030-05-06T11:30:00Z'],
    ] as const) {
      await client.ok(
        `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Secret</t:Subject><t:Start>${start}</t:Start><t:End>${end}</t:End></t:CalendarItem></m:Items></m:CreateItem>`,
      );
    }
  });
  afterAll(() => server.stop());

  const BERLIN =
    '<t:TimeZone><t:Bias>-60</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>03:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime>' +
    '<t:DaylightTime><t:Bias>-60</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone>';
  const mailbox = (address: string) =>
    `<t:MailboxData><t:Email><t:Address>${address}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType></t:MailboxData>`;
  const ask = (view: string, more = '', window = ['2030-05-06T00:00:00', '2030-05-07T00:00:00']) =>
    ann.call(
      `<m:GetUserAvailabilityRequest>${BERLIN}<m:MailboxDataArray>${mailbox('ann@free.example')}${mailbox('bob@free.example')}${mailbox('nobody@free.example')}</m:MailboxDataArray>` +
        `<t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>${window[0]}</t:StartTime><t:EndTime>${window[1]}</t:EndTime></t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>60</t:MergedFreeBusyIntervalInMinutes><t:RequestedView>${view}</t:RequestedView></t:FreeBusyViewOptions>${more}</m:GetUserAvailabilityRequest>`,
    );

  it('tells times in the zone that was given, and who may see what', async () => {
    const answer = await ask('DetailedMerged');
    const [own, other, nobody] = children(
      child(answer.body, 'FreeBusyResponseArray'),
      'FreeBusyResponse',
    ).map((one) => ({
      code: textOf(child(one, 'ResponseMessage'), 'ResponseCode'),
      view: child(one, 'FreeBusyView'),
    }));
    expect([own?.code, other?.code, nobody?.code]).toEqual([
      'NoError',
      'NoError',
      'ErrorMailRecipientNotFound',
    ]);
    expect(textOf(own?.view ?? null, 'FreeBusyViewType')).toBe('DetailedMerged');
    const event = at(own?.view ?? null, 'CalendarEventArray', 'CalendarEvent');
    expect([textOf(event, 'StartTime'), textOf(at(event, 'CalendarEventDetails'), 'Subject')]).toEqual([
      '2030-05-06T10:00:00',
      'Secret',
    ]);
    // Midnight of Berlin is ten in the evening of the day before.
    expect(textOf(own?.view ?? null, 'MergedFreeBusy')?.indexOf('2')).toBe(10);
    expect(textOf(other?.view ?? null, 'FreeBusyViewType')).toBe('FreeBusyMerged');
    expect(at(other?.view ?? null, 'CalendarEventArray', 'CalendarEvent', 'CalendarEventDetails')).toBeNull();
    expect(
      textOf(at(own?.view ?? null, 'WorkingHours', 'WorkingPeriodArray', 'WorkingPeriod'), 'DayOfWeek'),
    ).toBe('Monday Tuesday Wednesday Thursday Friday');
  });

  it('tells one string when no more is wanted', async () => {
    const answer = await ask('MergedOnly');
    const view = at(answer.body, 'FreeBusyResponseArray', 'FreeBusyResponse', 'FreeBusyView');
    expect(view?.children.map(({ name }) => name)).toEqual(['FreeBusyViewType', 'MergedFreeBusy']);
  });

  it('suggests times at which all of them can meet', async () => {
    const answer = await ask(
      'FreeBusy',
      '<t:SuggestionsViewOptions><t:MaximumResultsByDay>3</t:MaximumResultsByDay><t:MeetingDurationInMinutes>60</t:MeetingDurationInMinutes><t:MinimumSuggestionQuality>Excellent</t:MinimumSuggestionQuality><t:DetailedSuggestionsWindow><t:StartTime>2030-05-06T00:00:00</t:StartTime><t:EndTime>2030-05-07T00:00:00</t:EndTime></t:DetailedSuggestionsWindow></t:SuggestionsViewOptions>',
    );
    const day = at(answer.body, 'SuggestionsResponse', 'SuggestionDayResultArray', 'SuggestionDayResult');
    expect([textOf(day, 'Date'), textOf(day, 'DayQuality')]).toEqual(['2030-05-06T00:00:00', 'Excellent']);
    const suggested = children(child(day, 'SuggestionArray'), 'Suggestion');
    // Work begins at eight of UTC: after what ann has, and before and after what bob has.
    expect(suggested.map((one) => textOf(one, 'MeetingTime'))).toEqual([
      '2030-05-06T11:00:00',
      '2030-05-06T13:30:00',
      '2030-05-06T14:00:00',
    ]);
    expect(
      child(suggested[0] ?? null, 'AttendeeConflictDataArray')?.children.map(({ name }) => name),
    ).toEqual([
      'IndividualAttendeeConflictData',
      'IndividualAttendeeConflictData',
      'UnknownAttendeeConflictData',
    ]);
  });

  it('refuses windows that are none', async () => {
    expect((await ask('FreeBusy', '', ['2030-05-06T00:00:00', '2030-05-05T00:00:00'])).codes).toEqual([
      'ErrorInvalidTimeInterval',
    ]);
    expect((await ask('FreeBusy', '', ['2030-05-06T00:00:00', '2031-05-05T00:00:00'])).codes).toEqual([
      'ErrorTimeIntervalTooBig',
    ]);
  });
});
