import type { TraceStep } from '../ports/trace.ts';

/** What can be said of a message for one recipient in one word. */
export type TraceStatus =
  | 'accepted'
  | 'held'
  | 'refused'
  | 'expanded'
  | 'nobody'
  | 'retrying'
  | 'stuck'
  | 'quarantined'
  | 'removed'
  | 'delivered'
  | 'junk'
  | 'duplicate'
  | 'sent'
  | 'uncertain'
  | 'failed'
  | 'cancelled';

/** In which order steps of the same moment happened. */
const ORDER = [
  ...['receive', 'submit', 'expand', 'ingest', 'dead-letter', 'quarantine', 'place', 'retry', 'attempt'],
  ...['deliver', 'fail', 'cancel', 'report', 'index', 'notify'],
];

export function inOrder(steps: readonly TraceStep[]): TraceStep[] {
  return steps.toSorted((a, b) => a.at - b.at || ORDER.indexOf(a.step) - ORDER.indexOf(b.step));
}

/** By the steps of one message, for one of its recipients. */
export function statusOf(steps: readonly TraceStep[], recipient: string): TraceStatus {
  let status: TraceStatus = 'accepted';
  for (const step of inOrder(steps)) {
    if (step.recipient === '' || step.recipient === recipient) status = after(status, step);
  }
  return status;
}

const FINAL: ReadonlySet<TraceStatus> = new Set(['delivered', 'junk', 'duplicate', 'sent']);

function after(status: TraceStatus, { step, verdict, details }: TraceStep): TraceStatus {
  switch (`${step} ${verdict}`) {
    case 'receive refused':
    case 'submit refused':
      return 'refused';
    case 'submit accepted':
      return typeof details['heldUntil'] === 'number' ? 'held' : status;
    case 'expand members':
      return 'expanded';
    case 'expand nobody':
      return 'nobody';
    case 'place junk':
    case 'place duplicate':
      return verdict === 'junk' ? 'junk' : 'duplicate';
    case 'quarantine held':
      return 'quarantined';
    case 'quarantine deleted':
    case 'quarantine expired':
      return 'removed';
    case 'quarantine released':
      return 'accepted';
    case 'attempt sent':
    case 'attempt uncertain':
    case 'attempt failed':
      return verdict as 'sent' | 'uncertain' | 'failed';
    case 'dead-letter kept':
      return FINAL.has(status) ? status : 'stuck';
    case 'ingest failed':
    case 'dead-letter replayed':
      return FINAL.has(status) ? status : 'retrying';
    case 'attempt retry':
      return 'retrying';
    case 'retry asked':
      return status === 'failed' || status === 'uncertain' ? 'retrying' : status;
  }
  if (step === 'place' || step === 'deliver') return 'delivered';
  if (step === 'fail') return 'failed';
  return step === 'cancel' ? 'cancelled' : status;
}
