import type { SchemaKit } from './kit.ts';

/** Control plane: small, hot, asked on every request. */
export function directoryTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    tenants: kit.table('directory', 'tenants', {
      tenantId: text('tenant_id').notNull(),
      name: text('name').notNull(),
      status: text('status').notNull(),
      mailShard: text('mail_shard').notNull(),
    }),
    domains: kit.table('directory', 'domains', {
      domain: text('domain').notNull(),
      tenantId: text('tenant_id').notNull(),
      catchAllUserId: text('catch_all_user_id'),
      enabled: integer('enabled').notNull(),
    }),
    users: kit.table('directory', 'users', {
      userId: text('user_id').notNull(),
      tenantId: text('tenant_id').notNull(),
      address: text('address').notNull(),
      displayName: text('display_name').notNull(),
      status: text('status').notNull(),
      quotaBytes: integer('quota_bytes'),
      createdAt: integer('created_at').notNull(),
    }),
    aliases: kit.table('directory', 'aliases', {
      address: text('address').notNull(),
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      enabled: integer('enabled').notNull(),
    }),
    credentials: kit.table('directory', 'credentials', {
      credentialId: text('credential_id').notNull(),
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      kind: text('kind').notNull(),
      secretHash: text('secret_hash').notNull(),
      label: text('label').notNull(),
      createdAt: integer('created_at').notNull(),
    }),
    devices: kit.table('directory', 'devices', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      deviceId: text('device_id').notNull(),
      deviceType: text('device_type').notNull(),
      userAgent: text('user_agent').notNull(),
      protocolVersion: text('protocol_version').notNull(),
      firstSeenAt: integer('first_seen_at').notNull(),
      lastSeenAt: integer('last_seen_at').notNull(),
    }),
    deadLetters: kit.table('directory', 'dead_letters', {
      deadLetterId: text('dead_letter_id').notNull(),
      queue: text('queue').notNull(),
      body: text('body').notNull(),
      error: text('error').notNull(),
      attempts: integer('attempts').notNull(),
      correlationId: text('correlation_id').notNull(),
      failedAt: integer('failed_at').notNull(),
      replayedAt: integer('replayed_at'),
    }),
  };
}

export type DirectoryTables = ReturnType<typeof directoryTables>;
