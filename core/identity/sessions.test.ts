import { describe, expect, it } from 'vitest';
import type { Session } from '../ports/sessions.ts';
import { isFresh, judgeSession, OVERLAP_MS } from './sessions.ts';

const HOUR = 3_600_000;
const LIMITS = { idleMs: 2 * HOUR };
const session: Session = {
  ...{ sessionId: 's', tenantId: 't', userId: 'u', tokenHash: 'now', method: 'password', passwordId: null },
  ...{ previousHash: 'before', previousUntil: 5 * HOUR + OVERLAP_MS, createdAt: 0, rotatedAt: 5 * HOUR },
  ...{ seenAt: 5 * HOUR, expiresAt: 10 * HOUR, userAgent: '', address: null, tokenRoles: null },
};

describe('a session', () => {
  it('holds by its token until it is over or was not used for too long', () => {
    expect(judgeSession(session, 'now', 5 * HOUR, LIMITS)).toEqual({
      ...{ kind: 'holds', rotate: false, touch: false },
    });
    expect(judgeSession(session, 'now', 5 * HOUR + 60_000, LIMITS)).toMatchObject({ touch: true });
    expect(judgeSession(session, 'now', 7 * HOUR, LIMITS).kind).toBe('ended');
    const used = { ...session, seenAt: 10 * HOUR - 1 };
    expect(judgeSession(used, 'now', 10 * HOUR - 1, LIMITS).kind).toBe('holds');
    expect(judgeSession(used, 'now', 10 * HOUR, LIMITS).kind).toBe('ended');
  });

  it('A37 gets another token each hour, and the one before it is worth something for a moment only', () => {
    expect(judgeSession(session, 'now', 6 * HOUR - 1, LIMITS)).toMatchObject({ rotate: false });
    expect(judgeSession(session, 'now', 6 * HOUR, LIMITS)).toMatchObject({ rotate: true, touch: false });
    const overlap = judgeSession(session, 'before', 5 * HOUR + OVERLAP_MS - 1, LIMITS);
    expect(overlap).toEqual({ kind: 'holds', rotate: false, touch: false });
    expect(judgeSession(session, 'before', 5 * HOUR + OVERLAP_MS, LIMITS).kind).toBe('replayed');
    expect(judgeSession(session, 'other', 5 * HOUR, LIMITS).kind).toBe('replayed');
  });

  it('is fresh for a quarter of an hour', () => {
    expect(isFresh(session, 899_999)).toBe(true);
    expect(isFresh(session, 900_000)).toBe(false);
  });
});
