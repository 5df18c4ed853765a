import type { Session } from '../ports/sessions.ts';

/** Each token serves so long before the session gets another (A37) … */
const ROTATE_MS = 3_600_000;
/** … and so much longer, since a page asks for several things at once. */
export const OVERLAP_MS = 60_000;
/** When it was used last is for the idle time and for people: it is written down this often. */
const TOUCH_MS = 60_000;
/** What gives somebody another way to sign in asks for a session that began lately. */
const FRESH_MS = 900_000;

export type SessionVerdict =
  | { kind: 'ended' }
  /** A token that was replaced long ago: somebody else has it, or had it. */
  | { kind: 'replayed' }
  | { kind: 'holds'; rotate: boolean; touch: boolean };

/** Whether a session holds for one who shows the token with this hash: its own, or the one before it. */
export function judgeSession(
  session: Session,
  tokenHash: string,
  now: number,
  limits: { idleMs: number },
): SessionVerdict {
  const { previousUntil, expiresAt, seenAt, rotatedAt } = session;
  if (now >= expiresAt || now - seenAt >= limits.idleMs) return { kind: 'ended' };
  if (session.tokenHash !== tokenHash) {
    const overlaps = session.previousHash === tokenHash && now < (previousUntil ?? 0);
    return overlaps ? { kind: 'holds', rotate: false, touch: false } : { kind: 'replayed' };
  }
  const rotate = now - rotatedAt >= ROTATE_MS;
  return { kind: 'holds', rotate, touch: !rotate && now - seenAt >= TOUCH_MS };
}

/** Whether it began so lately that it may change with what its user signs in. */
export function isFresh(session: Session, now: number): boolean {
  return now - session.createdAt < FRESH_MS;
}
