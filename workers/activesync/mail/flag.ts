import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { MessageFlag } from '../../../core/mail/types.ts';
import { isoTime } from './time.ts';

const DEFAULT_TYPE = 'Flag for follow up';

/** Email:Flag; empty when the message has none, which also clears it on the device (MS-ASEMAIL 2.2.2.34). */
export function flagElement(flag: MessageFlag | null): WbxmlNode {
  if (flag === null || flag.status === 0) return el('Email:Flag');
  const time = (tag: string, at: number | undefined) => (at === undefined ? null : el(tag, isoTime(at)));
  return el(
    'Email:Flag',
    flag.subject === undefined ? null : el('Tasks:Subject', flag.subject),
    el('Email:Status', flag.status),
    el('Email:FlagType', flag.type ?? DEFAULT_TYPE),
    time('Tasks:DateCompleted', flag.dateCompleted),
    time('Email:CompleteTime', flag.completeTime),
    time('Tasks:StartDate', flag.startDate),
    time('Tasks:DueDate', flag.dueDate),
    time('Tasks:UtcStartDate', flag.utcStartDate),
    time('Tasks:UtcDueDate', flag.utcDueDate),
    flag.reminderSet === undefined ? null : el('Tasks:ReminderSet', flag.reminderSet),
    time('Tasks:ReminderTime', flag.reminderTime),
    time('Tasks:OrdinalDate', flag.ordinalDate),
    flag.subOrdinalDate === undefined ? null : el('Tasks:SubOrdinalDate', flag.subOrdinalDate),
  );
}
