/**
 * What an erase does with the tables: rows are removed by the columns that say whose they are, of each table that has
 * such columns, also of those of later releases. Named here is what differs from that, and why.
 */

/** Names of columns that say whose a row is. */
export const OWNING_COLUMNS: readonly string[] = [
  'user_id',
  'mailbox_id',
  'person_id',
  'owner_id',
  'grantee_id',
  'catch_all_user_id',
];

export interface Special {
  /** Rows stay, for this reason. */
  stays?: string;
  /** A column with an address: rows with one of the user's go. */
  address?: string;
  /** A column with JSON: rows go in which the mailbox is named as the member `mailboxId`. */
  json?: string;
  /** This column is emptied; the row is of others. */
  clears?: string;
}

/** Tables by database and name. */
export const SPECIAL: Readonly<Record<string, Special>> = {
  'directory.erasures': { stays: 'the report: ids, times and counts, and a digest of the address' },
  'directory.tenants': { stays: 'of the tenant' },
  'directory.domains': { clears: 'catch_all_user_id' },
  'directory.dkim_keys': { stays: 'of the domain' },
  'directory.device_settings': { stays: 'of the tenant' },
  'directory.trusted_roots': { stays: 'of the tenant' },
  'directory.tenant_settings': { stays: 'of the tenant' },
  'directory.tenant_keys': { stays: 'of the tenant' },
  'directory.webhooks': { stays: 'of the tenant' },
  'directory.webhook_deliveries': { stays: 'what services of the tenant were told, for some days' },
  'directory.kept_answers': { stays: 'answers for requests that are repeated, for a day' },
  'directory.mail_groups': { stays: 'of the tenant' },
  'directory.mail_group_members': { address: 'address' },
  'directory.shared_contacts': { stays: 'of the tenant: people elsewhere' },
  'directory.service_tokens': { stays: 'of the tenant: who made one is named by an id' },
  'directory.group_deliveries': { stays: 'addresses that a message to a group was for, for 60 days' },
  'directory.dead_letters': { json: 'body' },
  'directory.queue_failures': { stays: 'what an attempt at a queue message said, for 30 days' },
  'directory.work_cursors': { stays: 'of the installation' },
  'directory.tenant_moves': { stays: 'of the tenant' },
  'audit.trace_messages': { address: 'recipient' },
  'audit.trace_steps': { address: 'recipient' },
  'audit.trace_days': { stays: 'of the tenant: numbers' },
  'audit.events': { stays: 'what was done, without content' },
  'audit.chains': { stays: 'of the tenant' },
  'audit.entries': {
    stays:
      'what was done, without content: rows of a chain of hashes cannot be changed, and go when they are old',
  },
};

/** Emptied first: without the row of the mailbox nothing is put into it any more. */
export const FIRST = 'mail.mailboxes';
/** And last: until then aliases and the address are known, and taken. */
export const LAST: readonly string[] = ['directory.aliases', 'directory.users'];
/** Large tables are emptied some at a time, by the first of these columns that they have. */
export const PAGED_BY: readonly string[] = ['item_id', 'raw_key', 'alias', 'token'];
