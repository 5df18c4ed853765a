import { ConflictError } from '../../core/errors.ts';
import type { Challenge, Factor, Session, SessionDirectory } from '../../core/ports/sessions.ts';
import { compareText, fitText } from '../text.ts';
import { type Erasable, erasableRows, isOfUser } from './erasures.ts';

const MAX_TEXT = 1024;

/** Sessions, factors and challenges in memory. */
export function createMemorySessions(erasables: Erasable[]): SessionDirectory {
  const sessions = new Map<string, Session>();
  const factors = new Map<string, Factor>();
  const challenges = new Map<string, Challenge>();
  const keyOf = (...parts: string[]) => JSON.stringify(parts);
  erasables.push(
    erasableRows('directory.sessions', sessions, isOfUser),
    erasableRows('directory.sign_in_factors', factors, isOfUser),
    erasableRows('directory.sign_in_challenges', challenges, isOfUser),
  );
  const ofUser =
    (tenantId: string, userId: string) =>
    (row: { tenantId: string; userId: string }): boolean =>
      row.tenantId === tenantId && row.userId === userId;

  return {
    async putSession(session) {
      const { tenantId, userId, sessionId, userAgent } = session;
      sessions.set(keyOf(tenantId, userId, sessionId), {
        ...session,
        userAgent: fitText(userAgent, MAX_TEXT),
      });
    },
    async findSession(tokenHash) {
      const all = [...sessions.values()];
      const found =
        all.find((one) => one.tokenHash === tokenHash) ?? all.find((one) => one.previousHash === tokenHash);
      return structuredClone(found ?? null);
    },
    async rotateSession({ tenantId, userId, sessionId }, { from, to, at, overlapUntil }) {
      const session = sessions.get(keyOf(tenantId, userId, sessionId));
      if (session?.tokenHash !== from) return false;
      Object.assign(session, { tokenHash: to, previousHash: from, previousUntil: overlapUntil });
      Object.assign(session, { rotatedAt: at, seenAt: at });
      return true;
    },
    async touchSession(tenantId, userId, sessionId, at) {
      const session = sessions.get(keyOf(tenantId, userId, sessionId));
      if (session !== undefined) session.seenAt = at;
    },
    listSessions: async (tenantId, userId) =>
      structuredClone(
        [...sessions.values()]
          .filter(ofUser(tenantId, userId))
          .sort((a, b) => b.createdAt - a.createdAt || compareText(b.sessionId, a.sessionId)),
      ),
    removeSession: async (tenantId, userId, sessionId) => sessions.delete(keyOf(tenantId, userId, sessionId)),
    async removeSessions(tenantId, userId, except) {
      const theirs = [...sessions.values()].filter(ofUser(tenantId, userId));
      const going = theirs.filter(({ sessionId }) => sessionId !== except);
      for (const { sessionId } of going) sessions.delete(keyOf(tenantId, userId, sessionId));
      return going.length;
    },

    async putFactor(factor) {
      const key = keyOf(factor.tenantId, factor.userId, factor.factorId);
      if (factors.has(key)) throw new ConflictError('there is such a factor');
      factors.set(key, { ...factor, label: fitText(factor.label, MAX_TEXT) });
    },
    listFactors: async (tenantId, userId) =>
      structuredClone(
        [...factors.values()]
          .filter(ofUser(tenantId, userId))
          .sort((a, b) => a.createdAt - b.createdAt || compareText(a.factorId, b.factorId)),
      ),
    listFactorsOfKind: async (tenantId, kind, afterUserId, limit) =>
      structuredClone(
        [...factors.values()]
          .filter((one) => one.tenantId === tenantId && one.kind === kind && one.userId > afterUserId)
          .sort((a, b) => compareText(a.userId, b.userId) || compareText(a.factorId, b.factorId))
          .slice(0, limit),
      ),
    async replaceFactorSecret({ tenantId, userId, factorId, secret: from }, secret) {
      const factor = factors.get(keyOf(tenantId, userId, factorId));
      if (factor?.secret !== from) return false;
      factor.secret = secret;
      return true;
    },
    async confirmFactor(tenantId, userId, factorId, counter, at) {
      const factor = factors.get(keyOf(tenantId, userId, factorId));
      if (factor === undefined || factor.confirmedAt !== null) return false;
      Object.assign(factor, { confirmedAt: at, counter, lastUsedAt: at });
      return true;
    },
    async useFactor({ tenantId, userId, factorId }, { from, to }, at) {
      const factor = factors.get(keyOf(tenantId, userId, factorId));
      if (factor === undefined || factor.confirmedAt === null || factor.counter !== from) return false;
      Object.assign(factor, { counter: to, lastUsedAt: at });
      return true;
    },
    removeFactor: async (tenantId, userId, factorId) => factors.delete(keyOf(tenantId, userId, factorId)),

    async putChallenge(challenge, now) {
      for (const [key, { tenantId, expiresAt }] of challenges) {
        if (tenantId === challenge.tenantId && expiresAt <= now) challenges.delete(key);
      }
      challenges.set(challenge.challengeHash, structuredClone(challenge));
    },
    async takeChallenge(kind, challengeHash, now) {
      const found = challenges.get(challengeHash);
      if (found === undefined || found.kind !== kind || found.expiresAt <= now) return null;
      challenges.delete(challengeHash);
      return found;
    },
  };
}
