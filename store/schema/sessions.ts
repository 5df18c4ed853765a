import type { SchemaKit } from './kit.ts';

export function sessionTables({ table, text, integer }: SchemaKit) {
  return {
    sessions: table('directory', 'sessions', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      sessionId: text('session_id').notNull(),
      tokenHash: text('token_hash').notNull(),
      previousHash: text('previous_hash'),
      previousUntil: integer('previous_until'),
      method: text('method').notNull(),
      passwordId: text('password_id'),
      /** JSON. */
      tokenRoles: text('token_roles'),
      createdAt: integer('created_at').notNull(),
      rotatedAt: integer('rotated_at').notNull(),
      seenAt: integer('seen_at').notNull(),
      expiresAt: integer('expires_at').notNull(),
      userAgent: text('user_agent').notNull(),
      address: text('address'),
    }),
    signInFactors: table('directory', 'sign_in_factors', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      factorId: text('factor_id').notNull(),
      kind: text('kind').notNull(),
      secret: text('secret').notNull(),
      counter: integer('counter').notNull(),
      label: text('label').notNull(),
      createdAt: integer('created_at').notNull(),
      confirmedAt: integer('confirmed_at'),
      lastUsedAt: integer('last_used_at'),
    }),
    /** An empty tenant and user: nobody knows yet who it is. */
    signInChallenges: table('directory', 'sign_in_challenges', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      challengeHash: text('challenge_hash').notNull(),
      kind: text('kind').notNull(),
      data: text('data').notNull(),
      expiresAt: integer('expires_at').notNull(),
    }),
  };
}
