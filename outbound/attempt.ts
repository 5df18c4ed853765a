import { encodeText } from '../codecs/mime/edit/index.ts';
import type { OutboxEntry, PendingReport } from '../core/ports/outbox.ts';
import type { OutboundJob } from '../core/ports/queues.ts';
import { attemptRows, progressRows, reportRows } from '../core/trace/outgoing.ts';
import { owesHere, withoutTaker } from './external/waiting.ts';
import { placeOwed } from './local/owed.ts';
import { modify } from './modify.ts';
import { note } from './note.ts';
import { discard, readOutgoing, schedule, tidy } from './outgoing.ts';
import { headerIndex, type WholeMessage } from './prepare.ts';
import { claimed, hasRemoteWork, isTakenBack, settled, withoutBytes, withResults } from './progress.ts';
import { noteRemoteIds } from './remote/aliases.ts';
import { type Handed, sendGroups } from './remote/send.ts';
import { signedMessage } from './remote/signed.ts';
import type { OutboundServices } from './services.ts';
import { giveBack } from './take-back.ts';
import { tell } from './tell.ts';

/** Up to this size several messages are in memory at a time; larger ones come one after the other. */
const SMALL_BYTES = 1024 * 1024;
/** Carriers have connections of their own: an invocation has six. */
const AT_A_TIME = 4;
/** A queue may be a little early; what is due later than this is found by the cron, or by a message of its own. */
const EARLY_MS = 60_000;

/** Goes on with these submissions; those that failed, with their errors. */
export async function attemptAll(
  services: OutboundServices,
  jobs: readonly OutboundJob[],
): Promise<{ job: OutboundJob; error: unknown }[]> {
  const failed: { job: OutboundJob; error: unknown }[] = [];
  const entries = await entriesOf(services, jobs).catch((error: unknown) => {
    failed.push(...jobs.map((job) => ({ job, error })));
    return [];
  });
  const gone: string[] = [];
  const guarded = async ({ job, entry }: Due) => {
    try {
      await attemptEntry(services, entry, { gone });
    } catch (error) {
      failed.push({ job, error });
    }
  };
  const waiting = entries.filter(({ entry }) => entry.rawSize <= SMALL_BYTES).values();
  const worker = async () => {
    for (const due of waiting) await guarded(due);
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, jobs.length) }, worker));
  for (const due of entries.filter(({ entry }) => entry.rawSize > SMALL_BYTES)) await guarded(due);
  discard(services, gone);
  return failed;
}

interface Due {
  job: OutboundJob;
  entry: OutboxEntry;
}

/** What is still open of these. A mailbox's entry is found by its own job alone. */
async function entriesOf({ outbox }: OutboundServices, jobs: readonly OutboundJob[]): Promise<Due[]> {
  const wanted = jobs.map(({ submissionId, tenantId, mailboxId, shard }) => ({
    submissionId,
    ref: { tenantId, mailboxId, shard },
  }));
  const keyOf = (tenantId: string, mailboxId: string, submissionId: string) =>
    JSON.stringify([tenantId, mailboxId, submissionId]);
  const open = new Map<string, OutboxEntry>();
  for (const entry of await outbox.getEntries(wanted)) {
    const { ref, submissionId, state } = entry;
    if (state === 'open') open.set(keyOf(ref.tenantId, ref.mailboxId, submissionId), entry);
  }
  return jobs.flatMap((job) => {
    const key = keyOf(job.tenantId, job.mailboxId, job.submissionId);
    const entry = open.get(key);
    // Twice in one batch is one attempt.
    open.delete(key);
    return entry === undefined ? [] : [{ job, entry }];
  });
}

/**
 * One attempt at everything of an entry that is due. Rejects when a store does not answer: nothing was handed over
 * then, or what was is uncertain until an attempt finds out that this one died.
 *
 * @param at the time that is taken for now when it is asked what is due
 * @param gone gets the keys of raws that are not needed any more, for whoever discards several at once
 */
export async function attemptEntry(
  services: OutboundServices,
  entry: OutboxEntry,
  { at = services.now(), gone }: { at?: number; gone?: string[] } = {},
): Promise<void> {
  if (isTakenBack(entry)) return giveBack(services, entry);
  if (entry.nextAttemptAt > at) {
    if (entry.nextAttemptAt - at <= EARLY_MS) await schedule(services, entry);
    return;
  }
  const { ref, rawKey, submissionId, correlationId } = entry;
  const leaves = hasRemoteWork(entry, at);
  const carrier = leaves ? await services.carrierFor(ref.tenantId) : null;
  const fetched = carrier?.name === 'external';
  if (fetched && !owesHere(entry, services.now())) return;
  const message = await readOutgoing(services, rawKey);
  const remote = message !== null && leaves && !fetched;
  const signed = remote
    ? await signedMessage(services, entry, message, carrier?.maxBytes ?? Number.POSITIVE_INFINITY)
    : null;

  const claim = crypto.randomUUID();
  const now = services.now();
  const signature = signed?.signature ?? entry.signature;
  const mine = await modify(services, entry, (e) =>
    claimed(e, { claim, at, now, signature, hands: !fetched }),
  );
  if (mine === null) return;
  if (message === null) {
    services.log.error('outbound.raw-missing', { tenantId: ref.tenantId, submissionId, correlationId });
    return finishLost(services, mine, claim, { gone });
  }
  const index = headerIndex(message[0]);
  const placed = await placeOwed(services, mine, message, index);

  const roll = { now, random: services.random() };
  const handed: Handed[] = [];
  const noted: Promise<void>[] = [];
  const apply = (e: OutboxEntry) =>
    handed.reduce(
      (o, { carrier: name, results }) => withResults(o, mine, name, results, roll),
      fetched ? withoutTaker(placed(e), now) : placed(e),
    );
  if (signed !== null) {
    for await (const group of sendGroups(mine, carrier, signed.message)) {
      handed.push(group);
      noted.push(note(services, attemptRows(mine, group, services.now())));
      // What it came to is written before the next one is sent: it must not be sent again. The last one's is at the end.
      if (!group.last) await modify(services, mine, apply);
    }
  }
  services.defer(
    noteRemoteIds(
      services,
      mine,
      handed.flatMap(({ results }) => results),
    ),
  );
  await finish(services, mine, { claim, message, gone, fetched }, apply);
  await Promise.all(noted);
}

interface Ending {
  claim: string;
  message: WholeMessage;
  gone?: string[] | undefined;
  /** A sender comes for the rest of it: the queue has nothing to bring. */
  fetched?: boolean;
}

/** The end of an attempt: word to the sender, and when it goes on. */
export async function finish(
  services: OutboundServices,
  entry: OutboxEntry,
  { claim, message, gone, fetched = false }: Ending,
  apply: (entry: OutboxEntry) => OutboxEntry,
): Promise<void> {
  const now = services.now();
  const owed = entry.reports.map(({ key }) => key);
  const noted = note(services, progressRows(entry, settled(apply(entry), claim, now), now));
  let after = await modify(services, entry, (e) => settled(apply(e), claim, services.now()));
  await noted;
  const pending = [...entry.reports, ...(after?.reports ?? [])];
  // Word of what has come out just now: with this very attempt, not a minute later.
  if (after?.reports.some(({ key }) => !owed.includes(key))) {
    const reported = await placeOwed(services, reportsOnly(after), message, headerIndex(message[0]));
    after = await modify(services, after, (e) => settled(reported(e), '', services.now()));
  }
  if (after === null) return;
  await noteReports(services, after, pending);
  if (!fetched) await schedule(services, after);
  tidy(services, after, gone);
  tell(services, entry, after);
  await tellJournal(services, after);
  logProgress(services, after);
}

/** Those that are owed no more are in their mailbox. */
function noteReports(
  services: OutboundServices,
  after: OutboxEntry,
  pending: readonly PendingReport[],
): Promise<void> {
  const left = new Set(after.reports.map(({ key }) => key));
  const placed = new Map(pending.filter(({ key }) => !left.has(key)).map((one) => [one.key, one]));
  return note(services, reportRows(after, [...placed.values()], services.now()));
}

function reportsOnly(entry: OutboxEntry): OutboxEntry {
  return { ...entry, recipients: entry.recipients.map((r) => ({ ...r, mailbox: null })), copied: true };
}

/** All that is left to do is to tell the sender. */
export async function finishLost(
  services: OutboundServices,
  entry: OutboxEntry,
  claim: string,
  { gone }: { gone?: string[] | undefined } = {},
): Promise<void> {
  const header: WholeMessage = [encodeText(`Message-ID: <${entry.messageId}>\r\n\r\n`), new Uint8Array()];
  await finish(services, entry, { claim, message: header, gone }, withoutBytes);
}

/**
 * What is done at once when a message is handed in: copies for mailboxes here, the one in Sent Items, and word of
 * recipients that cannot be reached at all. Nothing leaves the house; the queue brings that.
 */
export async function placeAtOnce(
  services: OutboundServices,
  entry: OutboxEntry,
  message: WholeMessage,
): Promise<void> {
  const placed = await placeOwed(services, entry, message, headerIndex(message[0]));
  const now = services.now();
  const noted = note(services, progressRows(unplanned(entry), settled(placed(entry), '', now), now));
  const after = await modify(services, entry, (e) => settled(placed(e), '', services.now()));
  await noted;
  if (after === null) return;
  await noteReports(services, after, entry.reports);
  tell(services, null, after);
  await schedule(services, after);
  tidy(services, after);
  logProgress(services, after);
}

/** What could not be reached was found out when it was planned. */
function unplanned(entry: OutboxEntry): OutboxEntry {
  return {
    ...entry,
    recipients: entry.recipients.map((r) => (r.state === 'failed' ? { ...r, state: 'queued' } : r)),
  };
}

/** A journal that is not delivered must come to somebody's knowledge; the entry itself is at its end. */
async function tellJournal(services: OutboundServices, entry: OutboxEntry): Promise<void> {
  if (entry.state !== 'done' || !entry.recipients.some((r) => r.state === 'failed')) return;
  await services.journalFailed?.(entry).catch((error: unknown) => {
    const { submissionId, correlationId } = entry;
    services.log.error('outbound.audit-lost', { correlationId, submissionId, error: String(error) });
  });
}

function logProgress(services: OutboundServices, entry: OutboxEntry): void {
  const { ref, submissionId, correlationId, recipients, state } = entry;
  const count = (...states: string[]) => recipients.filter((r) => states.includes(r.state)).length;
  services.log.info('outbound.delivered', {
    correlationId,
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
    submissionId,
    sent: count('sent'),
    failed: count('failed'),
    waiting: count('queued', 'uncertain', 'sending'),
    state,
  });
}
