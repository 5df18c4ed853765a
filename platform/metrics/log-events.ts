import type { LogFields, LogLevel } from '../log.ts';
import { PROTOCOLS, type Protocol } from './catalogue.ts';
import type { Recorder } from './recorder.ts';

type Count = (recorder: Recorder, fields: LogFields) => void;

const text = (value: LogFields[string], fallback = 'other') =>
  typeof value === 'string' && /^[a-z0-9-]{1,40}$/.test(value) ? value : fallback;
const number = (value: LogFields[string]) => (typeof value === 'number' ? value : 0);

/** Log lines that are counted, too: each is written once for what it tells of. */
export const COUNTED: Readonly<Record<string, Count>> = {
  'mail.accepted': (to) => to.count('email_received_total', { result: 'accepted' }),
  'mail.refused': (to, { reason }) => {
    to.count('email_received_total', { result: 'refused' });
    to.count('mail_refused_total', { reason: text(reason) });
  },
  'mail.placed': (to, { duplicate, own }) => {
    // What users have put there themselves, as their copies in Sent Items, was not delivered.
    if (duplicate !== true && own !== true) to.count('email_delivered_total');
  },
  'outbound.accepted': (to) => to.count('email_submitted_total'),
  // Written after each attempt, with what all of them came to: the last one tells the outcome.
  'outbound.delivered': (to, { state, sent, failed }) => {
    if (state !== 'done') return;
    if (number(sent) > 0) to.count('email_sent_total', { result: 'sent' }, number(sent));
    if (number(failed) > 0) to.count('email_sent_total', { result: 'failed' }, number(failed));
  },
  'dead-letter': (to, { queue }) => to.count('dead_letters_total', { stream: text(queue) }),
};

/** Whose error a line tells of, by what its event begins with. */
const OWNERS: Readonly<Record<string, Protocol>> = {
  ...{ eas: 'activesync', mail: 'smtp', readyz: 'http' },
  ...{ 'dead-letter': 'queue', ingest: 'queue', reader: 'queue', journal: 'queue', links: 'upkeep' },
  ...{ reconcile: 'upkeep', sweep: 'upkeep', retention: 'upkeep', reminders: 'upkeep', dkim: 'upkeep' },
  ...{ check: 'upkeep', rebuild: 'upkeep', import: 'upkeep', scheduling: 'upkeep', quota: 'upkeep' },
  ...{ trace: 'audit', answers: 'upkeep', webhooks: 'outbound', 'outgoing-without-row': 'upkeep' },
  ...{ 'tenant-move': 'upkeep', erasure: 'upkeep', 'dead-letters': 'queue' },
  ...{ mailbox: 'upkeep', 'blob-missing': 'upkeep', 'blob-without-envelope': 'upkeep' },
};
/** Reminders of what was an error before. */
const NO_FAULTS: ReadonlySet<string> = new Set(['dead-letters.waiting']);
const KNOWN: ReadonlySet<string> = new Set(PROTOCOLS);

export function protocolOf(event: string): Protocol {
  const prefix = event.split('.', 1)[0] ?? '';
  return OWNERS[prefix] ?? (KNOWN.has(prefix) ? (prefix as Protocol) : 'other');
}

/** Counts what a line tells, whether or not its level is written. */
export function countLine(recorder: Recorder, level: LogLevel, event: string, fields: LogFields): void {
  if (level === 'error' && !NO_FAULTS.has(event))
    recorder.count('errors_total', { protocol: protocolOf(event) });
  COUNTED[event]?.(recorder, fields);
}
