import { administratorTables } from './administrators.ts';
import { dkimTables } from './dkim.ts';
import { erasureTables } from './erasures.ts';
import { keptAnswerTables } from './kept-answers.ts';
import type { SchemaKit } from './kit.ts';
import { linkTables } from './links.ts';
import { tenantMoveTables } from './moves.ts';
import { sessionTables } from './sessions.ts';
import { tenantKeyTables } from './tenant-keys.ts';
import { webhookTables } from './webhooks.ts';

/** Control plane: small, hot, asked on every request. */
export function directoryTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    ...administratorTables(kit),
    ...dkimTables(kit),
    ...erasureTables(kit),
    ...keptAnswerTables(kit),
    ...linkTables(kit),
    ...tenantMoveTables(kit),
    ...sessionTables(kit),
    ...webhookTables(kit),
    ...tenantKeyTables(kit),
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
      /** Set: `status` says disabled for readers that do not know this. */
      deletedAt: integer('deleted_at'),
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
      protocols: text('protocols'),
      bindsDevice: integer('binds_device').notNull(),
      deviceId: text('device_id'),
      expiresAt: integer('expires_at'),
      lastUsedAt: integer('last_used_at'),
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
      access: text('access').notNull(),
      wipe: text('wipe'),
      wipeRequestedAt: integer('wipe_requested_at'),
      wipeSentAt: integer('wipe_sent_at'),
      wipeFailedAt: integer('wipe_failed_at'),
      wiped: text('wiped'),
      wipedAt: integer('wiped_at'),
      pendingKey: integer('pending_key'),
      pendingRevision: text('pending_revision'),
      policyKey: integer('policy_key'),
      policyRevision: text('policy_revision'),
      compliance: text('compliance'),
      acknowledgedAt: integer('acknowledged_at'),
      information: text('information').notNull(),
    }),
    policies: kit.table('directory', 'policies', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      terms: text('terms').notNull(),
      settings: text('settings').notNull(),
      revision: text('revision').notNull(),
    }),
    deviceSettings: kit.table('directory', 'device_settings', {
      tenantId: text('tenant_id').notNull(),
      defaultAccess: text('default_access').notNull(),
      rules: text('rules').notNull(),
      maxDevices: integer('max_devices').notNull(),
    }),
    mobileUsers: kit.table('directory', 'mobile_users', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      syncEnabled: integer('sync_enabled').notNull(),
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
      senders: text('senders').notNull(),
      externalMembers: integer('external_members').notNull(),
      /** As in people, where searching looks. */
      hidden: integer('hidden').notNull(),
    }),
    sharedContacts: kit.table('directory', 'shared_contacts', {
      tenantId: text('tenant_id').notNull(),
      contactId: text('contact_id').notNull(),
      address: text('address').notNull(),
      displayName: text('display_name').notNull(),
    }),
    groupDeliveries: kit.table('directory', 'group_deliveries', {
      tenantId: text('tenant_id').notNull(),
      rawKey: text('raw_key').notNull(),
      groupId: text('group_id').notNull(),
      /** JSON. */
      recipients: text('recipients').notNull(),
      done: integer('done').notNull(),
      createdAt: integer('created_at').notNull(),
    }),
    mailGroupMembers: kit.table('directory', 'mail_group_members', {
      tenantId: text('tenant_id').notNull(),
      groupId: text('group_id').notNull(),
      address: text('address').notNull(),
    }),
    outbox: kit.table('directory', 'outbox', {
      tenantId: text('tenant_id').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      submissionId: text('submission_id').notNull(),
      shard: text('shard').notNull(),
      rawKey: text('raw_key').notNull(),
      rawSize: integer('raw_size').notNull(),
      mailFrom: text('mail_from').notNull(),
      saveInSent: integer('save_in_sent').notNull(),
      state: text('state').notNull(),
      recipients: text('recipients').notNull(),
      correlationId: text('correlation_id').notNull(),
      createdAt: integer('created_at').notNull(),
      updatedAt: integer('updated_at').notNull(),
      revision: integer('revision').notNull(),
      fromDomain: text('from_domain').notNull(),
      messageId: text('message_id').notNull(),
      automatic: integer('automatic').notNull(),
      notBefore: integer('not_before').notNull(),
      begun: integer('begun').notNull(),
      copied: integer('copied').notNull(),
      /** Whether the counters hold it. */
      counted: integer('counted').notNull(),
      nextAttemptAt: integer('next_attempt_at').notNull(),
      claim: text('claim').notNull(),
      signature: text('signature').notNull(),
      /** JSON. */
      reports: text('reports').notNull(),
    }),
    /** An empty mailbox is the whole tenant. */
    sendCounters: kit.table('directory', 'send_counters', {
      tenantId: text('tenant_id').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      automatic: integer('automatic').notNull(),
      hour: integer('hour').notNull(),
      messages: integer('messages').notNull(),
      recipients: integer('recipients').notNull(),
    }),
    sendLocks: kit.table('directory', 'send_locks', {
      tenantId: text('tenant_id').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      lockedAt: integer('locked_at'),
      reason: text('reason').notNull(),
      exemptUntil: integer('exempt_until').notNull(),
    }),
    sendGrants: kit.table('directory', 'send_grants', {
      tenantId: text('tenant_id').notNull(),
      ownerId: text('owner_id').notNull(),
      granteeId: text('grantee_id').notNull(),
      kind: text('kind').notNull(),
    }),
    tenantSettings: kit.table('directory', 'tenant_settings', {
      tenantId: text('tenant_id').notNull(),
      name: text('name').notNull(),
      /** JSON. */
      value: text('value').notNull(),
    }),
    /** An empty user is the whole tenant. */
    holds: kit.table('directory', 'holds', {
      tenantId: text('tenant_id').notNull(),
      holdId: text('hold_id').notNull(),
      userId: text('user_id').notNull(),
      reason: text('reason').notNull(),
      placedBy: text('placed_by').notNull(),
      since: integer('since').notNull(),
      releasedAt: integer('released_at'),
      releasedBy: text('released_by'),
    }),
    userSettings: kit.table('directory', 'user_settings', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      name: text('name').notNull(),
      /** JSON. */
      value: text('value').notNull(),
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
      discardedAt: integer('discarded_at'),
    }),
    /** What the last attempt at a queue message said. */
    queueFailures: kit.table('directory', 'queue_failures', {
      queue: text('queue').notNull(),
      digest: text('digest').notNull(),
      error: text('error').notNull(),
      attempts: integer('attempts').notNull(),
      failedAt: integer('failed_at').notNull(),
    }),
    workCursors: kit.table('directory', 'work_cursors', {
      name: text('name').notNull(),
      /** JSON. */
      value: text('value').notNull(),
      updatedAt: integer('updated_at').notNull(),
    }),
  };
}

export type DirectoryTables = ReturnType<typeof directoryTables>;
