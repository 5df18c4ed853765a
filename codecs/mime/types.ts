/** A mailbox of an address field. Either member can be empty, never both. */
export interface Address {
  /** Decoded display name. */
  name: string;
  /** addr-spec as sent, without angle brackets. */
  address: string;
}

/** One part of a message as byte ranges of the raw. `headerStart <= bodyStart <= bodyEnd <= size`. */
export interface PartIndex {
  /** Numbered as in RFC 3501 6.4.5: '' for a multipart root, '1' for a single part, '1.2' below. */
  path: string;
  /** Index of the enclosing multipart in `parts`, or null for the root. */
  parent: number | null;
  /** Lower-case type/subtype. */
  mediaType: string;
  /** Parameters of Content-Type: lower-case names, RFC 2231 decoded values, no prototype. */
  params: Record<string, string>;
  /** `charset` parameter in lower case as sent, or null. */
  charset: string | null;
  /** Content-Transfer-Encoding in lower case; '7bit' when there is none. Never base64 etc. on a multipart. */
  encoding: string;
  disposition: 'inline' | 'attachment' | null;
  /** Decoded file name as sent, without control characters. It can hold path separators: never use it as a path. */
  name: string | null;
  /** Content-ID without angle brackets. */
  contentId: string | null;
  contentLocation: string | null;
  /** Decoded Content-Description. */
  description: string | null;
  headerStart: number;
  bodyStart: number;
  bodyEnd: number;
  /** Exact number of bytes that decoding the body gives. */
  decodedSize: number;
  /** 0 for the root. */
  depth: number;
  /** Belongs to an HTML body by Content-ID or Content-Location rather than standing for itself. */
  isInline: boolean;
}

/** Why something was repaired or given up. Informational: the message is complete as far as it could be read. */
export type Degraded =
  /** The message has no header field at all. */
  | 'no-headers'
  /** A header ended without an empty line. */
  | 'missing-separator'
  /** Lines end in a bare CR. */
  | 'bare-cr'
  /** A header value held 8-bit bytes that are not UTF-8. */
  | 'raw-8bit-header'
  /** More than one From field: the first one counts. */
  | 'duplicate-from'
  | 'date-invalid'
  /** A multipart named no boundary and it was taken from the body. */
  | 'boundary-guessed'
  /** The boundary a multipart named never came, another one was taken from the body. */
  | 'boundary-mismatch'
  /** A multipart in which no delimiter was found is shown as text. */
  | 'no-parts'
  /** The last multipart was not closed. */
  | 'unterminated'
  /** A multipart claims base64 or the like (RFC 2045 6.4); it was read as it is. */
  | 'encoded-multipart'
  /** The body decodes to nothing and is shown undecoded. */
  | 'undecodable-text'
  /** Nothing showed the body; it is shown whole, as text. */
  | 'raw-text'
  | 'parts-limit'
  | 'depth-limit'
  | 'header-limit'
  | 'field-limit'
  | 'params-limit'
  | 'addresses-limit'
  | 'references-limit';

/** What is known of a message after one pass over its bytes. JSON-serialisable. */
export interface MessageIndex {
  /** Bytes of the raw. */
  size: number;
  /** Offset of the first byte of the body. */
  headerEnd: number;
  /** Fields in order, bounded by limits: lower-case name; value unfolded, 8-bit repaired, not RFC 2047 decoded. */
  headers: { name: string; value: string }[];
  /** Decoded; the first Subject field. */
  subject: string;
  /** Without angle brackets; the first Message-ID field. */
  messageId: string | null;
  /** Without angle brackets. */
  inReplyTo: string[];
  /** Without angle brackets, oldest first. */
  references: string[];
  /** Date field in milliseconds since the epoch, between 1970 and 2200, or null. */
  date: number | null;
  from: Address[];
  sender: Address[];
  replyTo: Address[];
  to: Address[];
  cc: Address[];
  bcc: Address[];
  importance: 'low' | 'normal' | 'high';
  /** Content-Class, lower case. */
  contentClass: string | null;
  /** Identifier of List-Id without angle brackets, lower case. */
  listId: string | null;
  /** Keyword of Auto-Submitted (RFC 3834 5), lower case. */
  autoSubmitted: string | null;
  /** Containers and leaves in the order of their bytes; parts made up to show otherwise hidden bytes come last. */
  parts: PartIndex[];
  /** Index in `parts` of the plain-text body. */
  bodyText: number | null;
  /** Index in `parts` of the HTML body. */
  bodyHtml: number | null;
  /** Index in `parts` of a text/calendar part that is one of the alternatives of the body. */
  bodyCalendar: number | null;
  /** Indexes in `parts` of everything that is shown as an attachment, inline images included. */
  attachments: number[];
  degraded: Degraded[];
}
