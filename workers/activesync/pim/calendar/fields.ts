import { htmlToText } from '../../../../codecs/text/index.ts';
import { child, textOf, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import { MAX_REMINDER, withReminder, withSensitivity } from '../../../../core/calendar/marks.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { takeBody } from '../body.ts';
import { locationTag, takeLocation, withLocation } from './location.ts';
import { DEFAULT_BUSY, markOf, takeBusy, takeCategories } from './marks.ts';
import { booleanOf, wholeOf } from './wire.ts';

const MAX_SUBJECT = 4096;

export interface FieldFrame {
  version: Version;
  /** Whether a field that is not spoken of is gone. */
  isGone(tag: string): boolean;
  /** The owner of the mailbox holds the event. */
  isOrganizer: boolean;
}

type Step = (event: CalendarEvent, data: WbxmlElement, frame: FieldFrame) => CalendarEvent | 'invalid';

/** What is no matter of time, people and recurrence, over what is there; 'invalid' for Status 6. */
export function takeFields(
  event: CalendarEvent,
  data: WbxmlElement,
  frame: FieldFrame,
): CalendarEvent | 'invalid' {
  let next = event;
  for (const step of STEPS) {
    const taken = step(next, data, frame);
    if (taken === 'invalid') return 'invalid';
    next = taken;
  }
  return next;
}

const subject: Step = (event, data, { isGone }) => {
  const text = textOf(data, 'Calendar:Subject')?.slice(0, MAX_SUBJECT);
  if (text === undefined && !isGone('Calendar:Subject')) return event;
  if ((text ?? '') === (event.title ?? '')) return event;
  const { title: _title, ...rest } = event;
  return text === undefined || text === '' ? rest : { ...rest, title: text };
};

const location: Step = (event, data, { version, isGone }) => {
  let locations = takeLocation(data, event.locations, version);
  if (locations === 'invalid') return 'invalid';
  if (locations === 'absent') {
    if (!isGone(locationTag(version))) return event;
    locations = withLocation(event.locations, null);
  }
  const { locations: _locations, ...rest } = event;
  return locations === undefined ? rest : { ...rest, locations };
};

const body: Step = (event, data, { isGone }) => {
  // Words that were cut for the device are no new ones.
  if (booleanOf(child(data, 'AirSyncBase:Body'), 'AirSyncBase:Truncated') === true) return event;
  const taken = takeBody(data);
  if (taken === 'invalid') return 'invalid';
  if (taken === undefined && !isGone('AirSyncBase:Body')) return event;
  const { description = '', descriptionContentType = 'text/plain', ...rest } = event;
  if (taken === undefined || taken.text === '') return rest;
  if (taken.text === description && taken.contentType === descriptionContentType) return event;
  // Words that a device was shown of what was written as HTML come back as they were shown.
  const isShown = taken.contentType === 'text/plain' && descriptionContentType === 'text/html';
  if (isShown && lines(taken.text) === lines(htmlToText(description))) return event;
  return {
    ...rest,
    description: taken.text,
    ...(taken.contentType === 'text/plain' ? {} : { descriptionContentType: taken.contentType }),
  };
};

function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}

const categories: Step = (event, data, { isGone }) => {
  const element = child(data, 'Calendar:Categories');
  if (element === undefined && !isGone('Calendar:Categories')) return event;
  const keywords = element === undefined ? undefined : takeCategories(element);
  const { keywords: _keywords, ...rest } = event;
  return keywords === undefined ? rest : { ...rest, keywords };
};

const sensitivity: Step = (event, data, { isGone }) => {
  const value = markOf(data, 'Calendar:Sensitivity', 3, 0);
  if (value === 'invalid') return 'invalid';
  if (value === undefined && !isGone('Calendar:Sensitivity')) return event;
  return withSensitivity(event, value ?? 0);
};

const busy: Step = (event, data, { version, isGone }) => {
  const value = markOf(data, 'Calendar:BusyStatus', 4, DEFAULT_BUSY);
  if (value === 'invalid') return 'invalid';
  if (value === undefined && !isGone('Calendar:BusyStatus')) return event;
  return takeBusy(event, value ?? DEFAULT_BUSY, version);
};

const reminder: Step = (event, data, { isGone }) => {
  const value = wholeOf(data, 'Calendar:Reminder', 0, MAX_REMINDER);
  if (value === 'invalid') return 'invalid';
  // An empty one is none (MS-ASCAL 2.2.2.38).
  if (child(data, 'Calendar:Reminder') === undefined && !isGone('Calendar:Reminder')) return event;
  return withReminder(event, value ?? null);
};

const counter: Step = (event, data, { version, isGone, isOrganizer }) => {
  if (!atLeast(version, '14.0') || !isOrganizer) return event;
  const says = booleanOf(data, 'Calendar:DisallowNewTimeProposal');
  if (says === 'invalid') return 'invalid';
  if (says === undefined && !isGone('Calendar:DisallowNewTimeProposal')) return event;
  const { 'waypost:noCounter': _noCounter, ...rest } = event;
  return says === true ? { ...rest, 'waypost:noCounter': true } : rest;
};

const STEPS: readonly Step[] = [subject, location, body, categories, sensitivity, busy, reminder, counter];
