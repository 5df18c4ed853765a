import type { QuotaLevel, QuotaMarks } from './settings.ts';

/** The setting `quota-notice` of a mailbox: what its user was told last. */
export interface QuotaNotice {
  level: QuotaLevel;
  /** Days since the epoch (UTC). */
  day: number;
}

export const NOTICE_SETTING = 'quota-notice';
const DAY = 24 * 60 * 60 * 1000;

export function readNotice(value: unknown): QuotaNotice | null {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { level, day } = given;
  const known = LEVELS.find((one) => one === level);
  return known === undefined || typeof day !== 'number' ? null : { level: known, day };
}

/** What the user is to be told now, or null: a mark is told once a day while it is crossed, and at once when it is. */
export function dueNotice(level: QuotaLevel, last: QuotaNotice | null, now: number): QuotaNotice | null {
  if (level === 'none') return null;
  const day = Math.floor(now / DAY);
  if (last !== null && last.day >= day && LEVELS.indexOf(last.level) >= LEVELS.indexOf(level)) return null;
  return { level, day };
}

const LEVELS = ['none', 'warn', 'stopSending', 'stopReceiving'] as const satisfies QuotaLevel[];

const SUBJECTS: Record<Exclude<QuotaLevel, 'none'>, string> = {
  warn: 'Your mailbox is almost full',
  stopSending: 'Your mailbox is too full to send mail',
  stopReceiving: 'Your mailbox is full',
};

/** Subject and text of the warning, in ASCII. */
export function noticeText(
  level: Exclude<QuotaLevel, 'none'>,
  sizeBytes: number,
  marks: QuotaMarks,
): { subject: string; text: string } {
  const lines = [
    SUBJECTS[level],
    '',
    `It holds ${megabytes(sizeBytes)}.`,
    marks.stopSending === null ? '' : `Over ${megabytes(marks.stopSending)} you cannot send mail.`,
    marks.stopReceiving === null ? '' : `Over ${megabytes(marks.stopReceiving)} no more mail comes in.`,
    '',
    'Delete what you do not need, and empty Deleted Items: what is in there counts too.',
    '',
  ];
  const text = lines.filter((line, n) => line !== '' || lines[n - 1] !== '').join('\r\n');
  return { subject: SUBJECTS[level], text };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
