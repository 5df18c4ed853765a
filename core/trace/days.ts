import type { TraceStep } from '../ports/trace.ts';

/**
 * What is counted of the way of messages, one for each recipient: what came for mailboxes of the tenant and what became
 * of it, and what left (`submitted` for each message).
 */
const COUNTED = [
  ...(['received', 'refused', 'delivered', 'junk', 'quarantined'] as const),
  ...(['submitted', 'sent', 'failed'] as const),
] as const;
export type Counted = (typeof COUNTED)[number];

/** Numbers of one day, UTC. */
export type MailDay = { /** Days since the epoch. */ day: number } & Record<Counted, number>;

const DAY_MS = 86_400_000;

/** As what a step counts, if it does; told again it is the same step and counts once. */
export function countedAs({ step, verdict, details }: TraceStep): Counted | null {
  switch (step) {
    case 'receive':
      if (verdict === 'refused') return 'refused';
      // A message to a group counts for each member who gets it.
      return details['group'] === true ? null : 'received';
    case 'place':
      return verdict === 'duplicate' ? null : verdict === 'junk' ? 'junk' : 'delivered';
    case 'quarantine':
      return verdict === 'held' ? 'quarantined' : null;
    case 'submit':
      return verdict === 'accepted' ? 'submitted' : null;
    case 'attempt':
      return verdict === 'sent' ? 'sent' : null;
    case 'deliver':
      return 'sent';
    case 'fail':
      return 'failed';
    default:
      return null;
  }
}

export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** Days with all of their numbers, in order, from rows of one number each. */
export function mailDays(rows: readonly { day: number; counted: string; count: number }[]): MailDay[] {
  const days = new Map<number, MailDay>();
  for (const { day, counted, count } of rows) {
    const sum = days.get(day) ?? { day, ...NOTHING };
    if ((COUNTED as readonly string[]).includes(counted)) sum[counted as Counted] += count;
    days.set(day, sum);
  }
  return [...days.values()].sort((a, b) => a.day - b.day);
}

const NOTHING = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<Counted, number>;
