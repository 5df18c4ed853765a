import { describe, expect, test } from 'vitest';
import {
  child,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlElement,
} from '../../../codecs/wbxml/index.ts';
import { parseTimeZone } from '../../../core/calendar/index.ts';
import { receivedEvent } from '../../../core/scheduling/received.ts';
import { meeting, meetingFacts } from '../../../core/scheduling/testing.ts';
import type { MeetingFacts } from '../../../core/scheduling/types.ts';
import type { Version } from '../http/versions.ts';
import { isOutdated, meetingContentClass, meetingRequest } from './meeting-request.ts';

const REQUEST = 'IPM.Schedule.Meeting.Request';

function shown(
  version: Version,
  more: Partial<MeetingFacts> = {},
  messageClass = REQUEST,
  outdated = false,
): WbxmlElement {
  const message = { messageClass, meeting: meetingFacts(more) } as Parameters<typeof meetingRequest>[0];
  const nodes = meetingRequest(message, version, outdated);
  const root = decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', nodes), { version }));
  const [request] = root.children;
  if (request === undefined) throw new Error('nothing is shown');
  return request;
}

const tags = (element: WbxmlElement | undefined) => (element?.children ?? []).map(({ tag }) => tag);

describe('MeetingRequest (MS-ASEMAIL 2.2.2.48)', () => {
  test('has the id of MAPI and a plain place up to 14.1', () => {
    const request = shown('14.1', { location: 'Room 1', noCounter: true, reminder: 15 });
    expect(tags(request)).toEqual([
      'Email:AllDayEvent',
      'Email:StartTime',
      'Email:DtStamp',
      'Email:EndTime',
      'Email:InstanceType',
      'Email:Location',
      'Email:Organizer',
      'Email:Reminder',
      'Email:ResponseRequested',
      'Email:Sensitivity',
      'Email:BusyStatus',
      'Email:TimeZone',
      'Email:GlobalObjId',
      'Email:DisallowNewTimeProposal',
      'Email2:MeetingMessageType',
    ]);
    expect(textOf(request, 'Email:StartTime')).toBe('2026-11-23T08:00:00.000Z');
    expect(textOf(request, 'Email:Organizer')).toBe('"ann" <ann@one.example>');
    expect(textOf(request, 'Email:Reminder')).toBe('900');
    expect(parseTimeZone(textOf(request, 'Email:TimeZone') ?? '')?.standard).toBe(3600);
  });

  test('has the UID and a structured place from 16.0 on', () => {
    const request = shown('16.0', { location: 'Room 1' });
    expect(tags(request).slice(-3)).toEqual(['Email:TimeZone', 'Email2:MeetingMessageType', 'Calendar:UID']);
    expect(textOf(child(request, 'AirSyncBase:Location'), 'AirSyncBase:DisplayName')).toBe('Room 1');
  });

  test('knows nothing of later versions in earlier ones', () => {
    const proposed = { startsAt: Date.UTC(2026, 10, 25, 12), endsAt: Date.UTC(2026, 10, 25, 13) };
    expect(tags(shown('12.1', { proposed, noCounter: true }))).not.toContain('Email:DisallowNewTimeProposal');
    expect(tags(shown('14.0'))).not.toContain('Email2:MeetingMessageType');
    expect(tags(shown('16.0', { proposed }))).not.toContain('MeetingResponse:ProposedStartTime');
    expect(textOf(shown('16.1', { proposed }), 'MeetingResponse:ProposedStartTime')).toBe('20261125T120000Z');
  });

  test('says which kind of message it is', () => {
    const type = (more: Partial<MeetingFacts>, messageClass = REQUEST, outdated = false) =>
      textOf(shown('14.1', more, messageClass, outdated), 'Email2:MeetingMessageType');
    expect(type({})).toBe('1');
    expect(type({ sequence: 2 })).toBe('2');
    expect(type({}, REQUEST, true)).toBe('4');
    expect(type({}, 'IPM.Schedule.Meeting.Canceled')).toBe('0');
    expect(textOf(shown('14.1', {}, 'IPM.Schedule.Meeting.Canceled'), 'Email:BusyStatus')).toBe('0');
  });

  test('tells of a series, and of one exception to it', () => {
    const rule = {
      '@type': 'RecurrenceRule' as const,
      frequency: 'weekly' as const,
      byDay: [{ '@type': 'NDay' as const, day: 'mo' as const }],
      until: '2026-12-21T09:00:00',
    };
    const request = shown('14.1', { rule });
    expect(textOf(request, 'Email:InstanceType')).toBe('1');
    const recurrence = child(child(request, 'Email:Recurrences'), 'Email:Recurrence');
    expect(recurrence?.children.map(({ tag, text }) => [tag, text])).toEqual([
      ['Email:Type', '1'],
      ['Email:Interval', '1'],
      ['Email:Until', '20261221T080000Z'],
      ['Email:DayOfWeek', '2'],
      ['Email2:FirstDayOfWeek', '1'],
    ]);
    const exception = shown('14.1', { recurrenceAt: Date.UTC(2026, 10, 30, 8) });
    expect(textOf(exception, 'Email:InstanceType')).toBe('3');
    expect(textOf(exception, 'Email:RecurrenceId')).toBe('2026-11-30T08:00:00.000Z');
    const id = Buffer.from(textOf(exception, 'Email:GlobalObjId') ?? '', 'base64');
    expect([...id.subarray(16, 20)]).toEqual([7, 234, 11, 30]);
  });

  test('names those to whom a meeting was passed on, from 16.0 on', () => {
    const forwardees = [{ name: 'Fay', address: 'fay@out.example' }];
    expect(tags(shown('16.1', { forwardees }))).toContain('ComposeMail:Forwardees');
    expect(tags(shown('14.1', { forwardees }))).not.toContain('ComposeMail:Forwardees');
  });

  test('is of messages of meetings only', () => {
    for (const [messageClass, facts] of [
      ['IPM.Note', meetingFacts()],
      [REQUEST, null],
    ] as const) {
      const message = { messageClass, meeting: facts } as Parameters<typeof meetingRequest>[0];
      expect(meetingRequest(message, '16.1', false)).toEqual([]);
      expect(meetingContentClass(message)).toBeNull();
    }
  });

  test('is outdated when the calendar knows something newer', async () => {
    const version = { sequence: 1, stamp: 1 };
    const event = receivedEvent(meeting(), null, version, { isSelf: () => false });
    const itemsByUid = async () => [{ kind: 'event', document: event }] as never;
    const message = (sequence: number) => ({
      messageClass: REQUEST,
      meeting: meetingFacts({ sequence, stamp: 1 }),
    });
    expect(await isOutdated({ itemsByUid }, message(0))).toBe(true);
    expect(await isOutdated({ itemsByUid }, message(1))).toBe(false);
    expect(await isOutdated({ itemsByUid: async () => [] }, message(0))).toBe(false);
  });
});
