import type { MessageFlag } from '../mail/types.ts';

/** A note: the shape of MS-ASNOTE, for which there is no standard model. */
export interface Note {
  '@type': 'Note';
  uid: string;
  title: string;
  body: string;
  bodyContentType: 'text/plain' | 'text/html';
  keywords: Record<string, true>;
  /** UTC date-time. */
  updated: string;
  created: string;
  /** `IPM.StickyNote.` and something (MS-ASNOTE 2.2.2.5); absent: `IPM.StickyNote`. */
  messageClass?: string;
}

/** A text message that a device keeps here (MS-ASMS). */
export interface TextMessage {
  '@type': 'TextMessage';
  uid: string;
  /** As in MS-ASEMAIL: `"Name" [MOBILE:+4912345]`. */
  from: string;
  to: string;
  subject: string;
  body: string;
  isRead: boolean;
  importance: 0 | 1 | 2;
  /** UTC date-time. */
  date: string;
  keywords: Record<string, true>;
  /** Follow-up flag. */
  flag?: MessageFlag;
}
