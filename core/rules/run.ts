/** Rules on mail that is there already: tried out before they are saved, or carried out on demand. */
import { MimeIndexer } from '../../codecs/mime/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import type { ArrivedMail } from '../automatic/arrived-mail.ts';
import { sendForRules } from '../automatic/rule-sends.ts';
import type { AutomaticServices } from '../automatic/services.ts';
import type { MailAddress, MailboxRef, Message } from '../mail/types.ts';
import type { RawEnvelope } from '../ports/blobs.ts';
import type { ItemChange, SnapshotCursor } from '../ports/mail.ts';
import { type ActiveRules, rulesToRun } from './active-rules.ts';
import { copyItem } from './copy-item.ts';
import type { RuleOutcome } from './evaluate.ts';
import { ruleBody } from './read-body.ts';
import type { Rule } from './types.ts';

/** Messages that one step looks at: each is read from its raw. */
const RUN_STEP = 50;
const SAMPLE = 5;

export interface RunOrder {
  ref: MailboxRef;
  folderId: string;
  /** Stored or not. */
  rules: readonly Rule[];
  /** Nothing is changed. */
  dryRun: boolean;
  /** Forward, redirect and reply too: each at most once for a rule and a message, whenever it is run. */
  sending: boolean;
  /** Where the step before has ended; null at the beginning, which is the newest message. */
  cursor: SnapshotCursor | null;
  limit?: number;
  correlationId: string;
}

interface RuleMatches {
  ruleId: string;
  matched: number;
  /** The newest of this step. */
  sample: { itemId: string; subject: string; from: MailAddress | null; receivedAt: number }[];
}

export interface RunStep {
  examined: number;
  /** Messages that were changed; 0 in a dry run. */
  changed: number;
  /** Of each rule that is enabled, in their order. */
  rules: RuleMatches[];
  /** null when there is nothing more. */
  cursor: SnapshotCursor | null;
}

/** One step. Repeating it with the same cursor finds what is left of it, and sends and copies nothing twice. */
export async function runRules(services: AutomaticServices, order: RunOrder): Promise<RunStep> {
  const { ref, folderId, rules, dryRun, cursor, correlationId } = order;
  const limit = Math.min(order.limit ?? RUN_STEP, RUN_STEP);
  const matches = new Map<string, RuleMatches>(
    rules.filter((r) => r.enabled).map(({ ruleId }) => [ruleId, { ruleId, matched: 0, sample: [] }]),
  );
  const done = (step: Omit<RunStep, 'rules'>): RunStep => ({ ...step, rules: [...matches.values()] });
  const active = await rulesToRun(services, ref, rules, !dryRun);
  const mailbox = services.mail.mailbox(ref);
  const items = active === null ? [] : await mailbox.snapshot(folderId, 0, cursor, limit);
  const last = items.at(-1);
  if (active === null || last === undefined) return done({ examined: 0, changed: 0, cursor: null });
  const changes: ItemChange[] = [];
  let changed = 0;
  for (const message of await mailbox.messages(items.map(({ itemId }) => itemId))) {
    const found = await decide(services, active, message);
    if (found === null || found.outcome.matched.length === 0) continue;
    for (const ruleId of found.outcome.matched) note(matches.get(ruleId), message);
    if (dryRun) continue;
    const made = await carryOut(services, order, active, message, found);
    if (made.length > 0) changed++;
    changes.push(...made);
  }
  await tell(services, ref, changes, correlationId);
  const next = items.length < limit ? null : { receivedAt: last.receivedAt, itemId: last.itemId };
  return done({ examined: items.length, changed, cursor: next });
}

interface Found {
  outcome: RuleOutcome;
  raw: Uint8Array;
  index: MessageIndex;
  envelope: RawEnvelope | null;
}

/** null when the raw is missing (I7): such a message is left alone. */
async function decide(
  services: AutomaticServices,
  active: ActiveRules,
  message: Message,
): Promise<Found | null> {
  const object = await services.blobs.open(message.rawKey);
  if (object === null) return null;
  const raw = new Uint8Array(await new Response(object.stream).arrayBuffer());
  const indexer = new MimeIndexer();
  indexer.write(raw);
  const index = indexer.end();
  const body = active.needsBody ? await ruleBody(index, async (start, end) => raw.subarray(start, end)) : '';
  const { categories } = message;
  const outcome = await active.decide({ index, message, categories, body });
  return { outcome, raw, index, envelope: object.envelope };
}

function note(entry: RuleMatches | undefined, { itemId, subject, from, receivedAt }: Message): void {
  if (entry === undefined) return;
  entry.matched++;
  if (entry.sample.length < SAMPLE) entry.sample.push({ itemId, subject, from: from[0] ?? null, receivedAt });
}

async function carryOut(
  services: AutomaticServices,
  { ref, folderId, sending, correlationId }: RunOrder,
  active: ActiveRules,
  message: Message,
  { outcome, raw, index, envelope }: Found,
): Promise<ItemChange[]> {
  const mailbox = services.mail.mailbox(ref);
  const { itemId } = message;
  const isRead = outcome.markAsRead || message.isRead;
  const categories = [...new Set([...message.categories, ...outcome.categories])];
  const flag = outcome.flag ?? message.flag;
  const importance = outcome.importance ?? message.importance;
  const origin = envelope ?? { mailFrom: '', rcptTo: '', authResults: '' };
  for (const copy of outcome.copies) {
    const marks = { isRead, categories, flag, importance };
    await copyItem(services, { ref, message, raw, envelope: origin, ...copy, marks, correlationId });
  }
  if (sending && active.owner !== null && envelope !== null) {
    const { owner } = active;
    const mail: ArrivedMail = { ref, message, envelope, index, raw, owner, correlationId };
    await sendForRules(services, mail, outcome.sends);
  }
  const made = await mailbox.setFlags([
    { itemId, isRead, categories, ...(outcome.flag === null ? {} : { flag: outcome.flag }) },
  ]);
  if (outcome.importance !== null) made.push(...(await mailbox.setImportance([itemId], outcome.importance)));
  if (outcome.permanentDelete) made.push(...(await mailbox.remove([itemId], services.now(), folderId)));
  else if (outcome.destination !== null) {
    const to =
      outcome.destination === 'deleted'
        ? (await mailbox.folderByRole('deleted'))?.folderId
        : outcome.destination.folderId;
    // Who waits for the folder that it leaves must hear of it too.
    if (to !== undefined && to !== folderId) {
      const moved = await mailbox.move([itemId], to, folderId);
      made.push(...moved, ...moved.map((change) => ({ ...change, folderId })));
    }
  }
  return made.filter((change) => change.outcome === 'changed');
}

async function tell(
  services: AutomaticServices,
  ref: MailboxRef,
  changes: readonly ItemChange[],
  correlationId: string,
): Promise<void> {
  const newest = new Map<string, number>();
  for (const { folderId, modseq } of changes) {
    newest.set(folderId, Math.max(modseq, newest.get(folderId) ?? 0));
  }
  if (newest.size === 0) return;
  await services.queues.notify(
    [...newest].map(([folderId, modseq]) => ({
      ...{ v: 1 as const, ...ref, folderId, modseq, originDevice: null, correlationId },
    })),
  );
}
