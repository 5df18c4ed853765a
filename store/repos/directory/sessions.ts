import { and, desc, eq, ne } from 'drizzle-orm';
import type { Session, SessionDirectory } from '../../../core/ports/sessions.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

const MAX_TEXT = 1024;

type Sessions = Pick<
  SessionDirectory,
  | 'putSession'
  | 'findSession'
  | 'rotateSession'
  | 'touchSession'
  | 'listSessions'
  | 'removeSession'
  | 'removeSessions'
>;

export function createSessions({ executor, tables }: DirectoryContext): Sessions {
  const { build } = executor;
  const { sessions } = tables;
  const fields = {
    sessionId: sessions.sessionId,
    tenantId: sessions.tenantId,
    userId: sessions.userId,
    tokenHash: sessions.tokenHash,
    previousHash: sessions.previousHash,
    previousUntil: sessions.previousUntil,
    method: sessions.method,
    passwordId: sessions.passwordId,
    tokenRoles: sessions.tokenRoles,
    createdAt: sessions.createdAt,
    rotatedAt: sessions.rotatedAt,
    seenAt: sessions.seenAt,
    expiresAt: sessions.expiresAt,
    userAgent: sessions.userAgent,
    address: sessions.address,
  };
  const ofUser = (tenantId: string, userId: string) =>
    and(eq(sessions.tenantId, tenantId), eq(sessions.userId, userId));
  const one = (tenantId: string, userId: string, sessionId: string) =>
    and(ofUser(tenantId, userId), eq(sessions.sessionId, sessionId));

  return {
    async putSession({ userAgent, tokenRoles, ...session }) {
      await executor.atomic([
        build.insert(sessions).values({
          ...session,
          userAgent: fitText(userAgent, MAX_TEXT),
          tokenRoles: tokenRoles === null ? null : JSON.stringify(tokenRoles),
        }),
      ]);
    },
    async findSession(tokenHash) {
      const [current, previous] = await executor.read(
        build.select(fields).from(sessions).where(eq(sessions.tokenHash, tokenHash)),
        build.select(fields).from(sessions).where(eq(sessions.previousHash, tokenHash)).limit(1),
      );
      const row = current[0] ?? previous[0];
      return row === undefined ? null : sessionOf(row);
    },
    async rotateSession({ tenantId, userId, sessionId }, { from, to, at, overlapUntil }) {
      const [done] = await executor.atomic([
        build
          .update(sessions)
          .set({
            ...{ tokenHash: to, previousHash: from, previousUntil: overlapUntil },
            ...{ rotatedAt: at, seenAt: at },
          })
          .where(and(one(tenantId, userId, sessionId), eq(sessions.tokenHash, from))),
      ]);
      return (done?.changes ?? 0) > 0;
    },
    async touchSession(tenantId, userId, sessionId, at) {
      await executor.atomic([
        build
          .update(sessions)
          .set({ seenAt: at })
          .where(one(tenantId, userId, sessionId)),
      ]);
    },
    async listSessions(tenantId, userId) {
      const rows = await executor.all(
        build
          .select(fields)
          .from(sessions)
          .where(ofUser(tenantId, userId))
          .orderBy(desc(sessions.createdAt), desc(sessions.sessionId)),
      );
      return rows.map(sessionOf);
    },
    async removeSession(tenantId, userId, sessionId) {
      const [gone] = await executor.atomic([build.delete(sessions).where(one(tenantId, userId, sessionId))]);
      return (gone?.changes ?? 0) > 0;
    },
    async removeSessions(tenantId, userId, except) {
      const [gone] = await executor.atomic([
        build.delete(sessions).where(and(ofUser(tenantId, userId), ne(sessions.sessionId, except ?? ''))),
      ]);
      return gone?.changes ?? 0;
    },
  };
}

function sessionOf({
  tokenRoles,
  ...row
}: Omit<Session, 'method' | 'tokenRoles'> & { method: string; tokenRoles: string | null }): Session {
  return {
    ...row,
    method: row.method as Session['method'],
    tokenRoles: tokenRoles === null ? null : (JSON.parse(tokenRoles) as Session['tokenRoles']),
  };
}
