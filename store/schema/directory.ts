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
    people: kit.table('directory', 'people', {
      tenantId: text('tenant_id').notNull(),
      personId: text('person_id').notNull(),
      kind: text('kind').notNull(),
      sortKey: text('sort_key').notNull(),
      firstName: text('first_name').notNull(),
      lastName: text('last_name').notNull(),
      title: text('title').notNull(),
      office: text('office').notNull(),
      company: text('company').notNull(),
      phone: text('phone').notNull(),
      homePhone: text('home_phone').notNull(),
      mobilePhone: text('mobile_phone').notNull(),
      hidden: integer('hidden').notNull(),
      photoKey: text('photo_key'),
      photoType: text('photo_type'),
      photoSize: integer('photo_size'),
    }),
    peopleWords: kit.table('directory', 'people_words', {
      tenantId: text('tenant_id').notNull(),
      word: text('word').notNull(),
      personId: text('person_id').notNull(),
      source: text('source').notNull(),
    }),
    certificates: kit.table('directory', 'certificates', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      fingerprint: text('fingerprint').notNull(),
      der: text('der').notNull(),
      subject: text('subject').notNull(),
      notBefore: integer('not_before').notNull(),
      notAfter: integer('not_after').notNull(),
    }),
    trustedRoots: kit.table('directory', 'trusted_roots', {
      tenantId: text('tenant_id').notNull(),
      fingerprint: text('fingerprint').notNull(),
      der: text('der').notNull(),
      subject: text('subject').notNull(),
    }),
    mailGroups: kit.table('directory', 'mail_groups', {
      tenantId: text('tenant_id').notNull(),
      groupId: text('group_id').notNull(),
      address: text('address').notNull(),
      displayName: text('display_name').notNull(),
    }),
    mailGroupMembers: kit.table('directory', 'mail_group_members', {
      tenantId: text('tenant_id').notNull(),
      groupId: text('group_id').notNull(),
      address: text('address').notNull(),
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
