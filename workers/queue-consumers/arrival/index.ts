/** What is decided about a message that comes in before it has its place. One file for each step. */
import type { MessageIndex } from '../../../codecs/mime/index.ts';
import type { MailboxRef, NewMessage } from '../../../core/mail/types.ts';
import type { RawEnvelope } from '../../../core/ports/blobs.ts';
import type { HoldReason } from '../../../core/quarantine/reason.ts';
import type { Services } from '../../../platform/services.ts';
import { applyRules } from './apply-rules.ts';
import { holdBack } from './hold-back.ts';
import { judge } from './judge.ts';
import { noteDelegates } from './note-delegates.ts';

export interface Arrival {
  ref: MailboxRef;
  envelope: RawEnvelope;
  index: MessageIndex;
  /** The message as the steps before have left it: a step says what it changes by answering with another. */
  message: NewMessage;
  /** The raw from its beginning; each call reads it anew. Rejects when it cannot be read now. */
  open(): Promise<ReadableStream<Uint8Array>>;
  correlationId: string;
  /** An admin has released it from quarantine. */
  released?: boolean;
  /** What steps tell beside the message. */
  notes?: ArrivalNotes;
}

export interface ArrivalNotes {
  /** Ids of the rules that held. */
  rules: readonly string[];
  /** It is to be kept out of the mailbox, for so many days. */
  held?: HoldReason & { days: number };
}

/**
 * Resolves with the message as it is to be placed. Rejects on faults of ours alone, and then the message comes again;
 * nothing in a message makes a step fail (I10).
 */
type ArrivalStep = (services: Services, arrival: Arrival) => Promise<NewMessage>;

const STEPS: readonly ArrivalStep[] = [judge, holdBack, noteDelegates, applyRules];

export async function decideArrival(services: Services, arrival: Arrival): Promise<NewMessage> {
  let { message } = arrival;
  for (const step of STEPS) {
    message = await step(services, { ...arrival, message });
    if (arrival.notes?.held !== undefined) break;
  }
  return message;
}
