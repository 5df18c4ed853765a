import type { Owner } from '../automatic/own-addresses.ts';
import type { LocalDateTime } from '../calendar/types.ts';
import type { Message } from '../mail/types.ts';
import type { CalendarOf } from './calendar-store.ts';
import type { Writer } from './trust.ts';

/** A message of a meeting in somebody's mailbox. */
export interface MeetingMail extends CalendarOf {
  owner: Owner;
  message: Message;
  writer: Writer;
}

/** What became of it. */
export type Taken =
  | {
      kind: 'taken';
      /** The event that was written. */
      itemId: string;
      /** The one occurrence that it was about. */
      key: LocalDateTime | null;
    }
  | { kind: 'ignored'; why: string };
