import { ConflictError } from '../../core/errors.ts';
import { rawKey } from '../../core/mail/place-key.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { inTurns } from '../in-turns.ts';
import { sizeOf, type WholeMessage } from '../prepare.ts';
import type { OutboundServices } from '../services.ts';

const PIECE = 256 * 1024;

/** One message for one mailbox of this installation. */
export interface Placement {
  ref: MailboxRef;
  itemId: string;
  /** When it came there, in milliseconds since the epoch. */
  at: number;
  message: WholeMessage;
  envelope: Pick<RawEnvelope, 'mailFrom' | 'rcptTo' | 'role' | 'bcc'>;
}

/**
 * Makes each message durable under the key that its id gives and puts it into its mailbox at once, so that the next
 * Sync shows it. Doing it again changes nothing. Resolves with the placements that are durable: those that could not
 * be put into their mailbox wait in the ingest queue, or for the reconciler.
 */
export async function placeLocally(
  services: Pick<OutboundServices, 'blobs' | 'queues' | 'ingestNow' | 'log'>,
  placements: readonly Placement[],
  correlationId: string,
): Promise<Set<Placement>> {
  const stored = new Map<Placement, IngestJob>();
  await inTurns(placements, async (placement) => {
    try {
      // Twice at once: what fails still waits for a quarter of an hour.
      const attempt = () => store(services, placement, correlationId);
      stored.set(placement, await attempt().catch(attempt));
    } catch (error) {
      services.log.warn('outbound.not-stored', {
        correlationId,
        mailboxId: placement.ref.mailboxId,
        error: String(error),
      });
    }
  });
  if (stored.size > 0) await ingest(services, [...stored.values()], correlationId);
  return new Set(stored.keys());
}

async function store(
  { blobs }: Pick<OutboundServices, 'blobs'>,
  { ref, itemId, at, message, envelope }: Placement,
  correlationId: string,
): Promise<IngestJob> {
  const key = rawKey(ref.tenantId, at, itemId);
  const rawSize = sizeOf(message);
  const facts = {
    ...{ ...envelope, ...ref, receivedAt: at, rawSize, correlationId },
    ...{ authResults: '', submitted: true },
  };
  const job = { v: 1 as const, key, ...ref, correlationId };
  try {
    const { sha256 } = await blobs.putRaw(key, streamOf(message), facts);
    return { ...job, size: rawSize, sha256 };
  } catch (error) {
    // An earlier attempt put it there: what it put stays (I4).
    if (!(error instanceof ConflictError)) throw error;
    const there = await blobs.head(key);
    if (there === null) throw error;
    return { ...job, size: there.size, sha256: null };
  }
}

async function ingest(
  services: Pick<OutboundServices, 'queues' | 'ingestNow' | 'log'>,
  jobs: IngestJob[],
  correlationId: string,
): Promise<void> {
  let left = jobs;
  try {
    left = await services.ingestNow(jobs);
    if (left.length > 0) await services.queues.ingest(left);
  } catch (error) {
    // The raws are durable: the reconciler finds those that are in no mailbox (I6).
    services.log.warn('outbound.not-queued', { correlationId, left: left.length, error: String(error) });
  }
}

/** The message in pieces, none of them copied. */
export function streamOf(message: WholeMessage): ReadableStream<Uint8Array> {
  const pieces = message.flatMap((chunk) =>
    Array.from({ length: Math.ceil(chunk.length / PIECE) }, (_, n) =>
      chunk.subarray(n * PIECE, (n + 1) * PIECE),
    ),
  );
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}
