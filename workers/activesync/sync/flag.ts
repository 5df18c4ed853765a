import type { WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { MessageFlag } from '../../../core/mail/types.ts';

const MAX_TEXT = 255;

const TIMES = [
  ['startDate', 'Tasks:StartDate'],
  ['utcStartDate', 'Tasks:UtcStartDate'],
  ['dueDate', 'Tasks:DueDate'],
  ['utcDueDate', 'Tasks:UtcDueDate'],
  ['dateCompleted', 'Tasks:DateCompleted'],
  ['completeTime', 'Email:CompleteTime'],
  ['reminderTime', 'Tasks:ReminderTime'],
  ['ordinalDate', 'Tasks:OrdinalDate'],
] as const;

/**
 * Email:Flag of a Change (MS-ASEMAIL 2.2.2.34, 3.1.5.1). null clears the flag: an empty element, or Status 0.
 * 'invalid' when it says what a flag cannot be, which is Status 6 of the Change.
 *
 * @param typeless the FlagType may be missing: whether it may of this message, somebody else looks (`needsType`)
 */
export function parseFlag(element: WbxmlElement, typeless = false): MessageFlag | null | 'invalid' {
  if (element.children.length === 0) return null;
  const status = lastText(element, 'Email:Status')?.trim();
  if (status === '0') return null;
  if (status !== '1' && status !== '2') return 'invalid';
  const flag: MessageFlag = { status: status === '1' ? 1 : 2 };
  const type = lastText(element, 'Email:FlagType');
  const subject = lastText(element, 'Tasks:Subject');
  const subOrdinal = lastText(element, 'Tasks:SubOrdinalDate');
  const reminder = lastText(element, 'Tasks:ReminderSet')?.trim();
  if (type !== undefined) flag.type = type.slice(0, MAX_TEXT);
  if (subject !== undefined) flag.subject = subject.slice(0, MAX_TEXT);
  if (subOrdinal !== undefined) flag.subOrdinalDate = subOrdinal.slice(0, MAX_TEXT);
  if (reminder !== undefined) flag.reminderSet = reminder !== '0';
  for (const [key, tag] of TIMES) {
    const text = lastText(element, tag);
    if (text === undefined) continue;
    const at = Date.parse(text);
    if (Number.isNaN(at)) return 'invalid';
    flag[key] = at;
  }
  return isWhole(flag) && (typeless || !needsType(flag)) ? flag : 'invalid';
}

/** An active flag has a FlagType, but for that of a message of a meeting (MS-ASEMAIL 2.2.2.36). */
export function needsType(flag: MessageFlag | null | undefined): boolean {
  return flag?.status === 2 && flag.type === undefined;
}

/** What is said twice counts as it is said last (MS-ASEMAIL, product behavior of 2.2.2.34). */
function lastText(element: WbxmlElement, tag: string): string | undefined {
  return element.children.findLast((c) => c.tag === tag)?.text;
}

/** What MS-ASEMAIL 3.1.5.1.2 asks of each kind of flag. */
function isWhole(flag: MessageFlag): boolean {
  if (flag.status === 1 && (flag.completeTime === undefined || flag.dateCompleted === undefined))
    return false;
  if (flag.reminderSet === true && flag.reminderTime === undefined) return false;
  const { startDate, dueDate, utcStartDate, utcDueDate } = flag;
  const dates = [startDate, dueDate, utcStartDate, utcDueDate];
  // All four or none (2.2.2.31, 2.2.2.72, 2.2.2.86, 2.2.2.87).
  if (dates.some((d) => d !== undefined) && dates.some((d) => d === undefined)) return false;
  return (startDate ?? 0) <= (dueDate ?? 0) && (utcStartDate ?? 0) <= (utcDueDate ?? 0);
}
