/** What an erase does not reach, and why: said in every report. */
export interface Remains {
  what: string;
  why: string;
  /** After so many days it is gone too; null: it stays. */
  days: number | null;
}

/** D1 can be put back to any minute of so many days (Time Travel); for PostgreSQL it is what its operator keeps. */
const BACKUP_DAYS = 30;
const GROUP_DELIVERY_DAYS = 60;
const FAILURE_DAYS = 30;
const SUBSCRIPTION_DAYS = 1;

/** @param auditDays how long the tenant's audit log is kept; null: for ever */
export function remainsOf(auditDays: number | null): Remains[] {
  return [
    {
      what: 'rows of the audit log',
      why:
        'its rows are a chain of hashes, of which none can be changed: they hold ids, actions and times, no content; ' +
        'failed sign-ins name the login that was tried, and rows of administrators the address that they acted on',
      days: auditDays,
    },
    {
      what: 'messages in mailboxes of others, and what this user sent to them',
      why: 'they are theirs',
      days: null,
    },
    { what: 'copies in the tenant’s journal', why: 'they are kept for their own purpose', days: null },
    {
      what: 'addresses that messages to groups were for',
      why: 'a queue may deliver such a message again',
      days: GROUP_DELIVERY_DAYS,
    },
    {
      what: 'the id of the user in what was written down of mailboxes of others',
      why: 'where their owners had let the user in; it names nobody any more',
      days: null,
    },
    { what: 'what failed attempts at queue messages said', why: 'without content', days: FAILURE_DAYS },
    {
      what: 'counts of words in the tenant’s spam filter',
      why: 'digests of words of all mailboxes together, of which none can be told apart',
      days: null,
    },
    {
      what: 'subscriptions of this user to changes in mailboxes of others',
      why: 'they end by themselves',
      days: SUBSCRIPTION_DAYS,
    },
    {
      what: 'backups of the databases',
      why: 'they cannot be changed; one that is put back is to be followed by the erase once more',
      days: BACKUP_DAYS,
    },
    {
      what: 'this report',
      why: 'ids, times and counts, and a digest by which who knows the address finds it',
      days: null,
    },
  ];
}
