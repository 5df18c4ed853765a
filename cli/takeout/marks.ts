/** What mail programs write into the header of a message in an mbox file, and when it came. */
export interface FileMarks {
  isRead: boolean;
  isFlagged: boolean;
  /** Milliseconds since the epoch; null when nothing says it. */
  receivedAt: number | null;
}

/** So much of a message is looked at. */
const MAX_HEADER = 128 * 1024;
/** Bits of X-Mozilla-Status. */
const MOZILLA = { read: 0x0001, flagged: 0x0004 };

/**
 * Status and X-Status (of UNIX programs), X-Mozilla-Status, and the date of the topmost Received field, else of Date. A
 * message that nobody marked counts as read: what is brought in is old.
 */
export function marksOf(raw: Uint8Array): FileMarks {
  const text = new TextDecoder('latin1').decode(raw.subarray(0, MAX_HEADER));
  const header = (/^([\s\S]*?)\r?\n\r?\n/.exec(text)?.[1] ?? text).replace(/\r?\n[ \t]+/g, ' ');
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(header)?.[1] ?? null;
  const status = field('Status');
  const mozilla = field('X-Mozilla-Status');
  const bits = mozilla === null ? 0 : Number.parseInt(mozilla, 16) || 0;
  const said = status !== null || mozilla !== null;
  return {
    isRead: !said || (status ?? '').includes('R') || (bits & MOZILLA.read) !== 0,
    isFlagged: (field('X-Status') ?? '').includes('F') || (bits & MOZILLA.flagged) !== 0,
    receivedAt: dateOf(field('Received')?.split(';').at(-1)) ?? dateOf(field('Date')),
  };
}

function dateOf(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const at = Date.parse(text.replace(/\([^()]*\)/g, '').trim());
  return Number.isNaN(at) || at < 0 || at > Date.now() + 86_400_000 ? null : at;
}
