import { rawKey } from '../../../core/mail/place-key.ts';
import type { Folder, MessageFlag, NewMessage } from '../../../core/mail/types.ts';
import type { RawEnvelope } from '../../../core/ports/blobs.ts';
import type { InsertResult } from '../../../core/ports/mail.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { describeError } from '../../../platform/log.ts';
import type { ImportOutcome } from '../../../shared/admin-api.ts';
import type { ImportMessage } from './header.ts';
import { importedId } from './ids.ts';
import type { Intake } from './intake.ts';

export interface PendingMessage {
  /** Place among the outcomes of the request. */
  n: number;
  header: ImportMessage;
  raw: Uint8Array;
}

interface Placed extends PendingMessage {
  itemId: string;
  key: string;
  folder: Folder;
}

interface Kept extends Placed {
  /** Of the raw, where keeping it told. */
  sha256?: string;
}

/**
 * Places messages that come out of a file: raw first, then all rows in one write. Nothing follows from them, no rule, no
 * answer; they were received long ago (I1, I8). What is there already stays as it is.
 */
export async function importMessages(intake: Intake, pending: readonly PendingMessage[]): Promise<void> {
  const wanted: Placed[] = [];
  for (const one of pending) {
    const folder = intake.folders.get(one.header.folderId);
    if (folder === undefined || folder.itemClass !== 'Email' || folder.role === 'recipientCache') {
      intake.outcomes[one.n] = 'no-folder';
      continue;
    }
    const itemId = await importedId(intake.ref.mailboxId, one.header.key);
    wanted.push({ ...one, itemId, folder, key: rawKey(intake.ref.tenantId, one.header.receivedAt, itemId) });
  }
  const fresh = await withoutKnown(intake, wanted);
  const within = fresh.filter((one) => admitted(intake, one));
  if (within.length === 0) return;
  const kept = await mapBounded(within, FAN_OUT, (one) => keepRaw(intake, one));
  const messages = await readMessages(intake, kept);
  const results = await insertAll(intake, messages);
  for (const [i, one] of within.entries()) await conclude(intake, one, results[i] ?? null);
  await noteVerbs(intake, within, results);
}

/** A message of a takeout is known by its first id, too, where it is put back into the mailbox that it came from. */
async function withoutKnown(intake: Intake, wanted: readonly Placed[]): Promise<Placed[]> {
  const ids = wanted.flatMap(({ itemId, header }) =>
    header.itemId === undefined ? [itemId] : [itemId, header.itemId],
  );
  const known = new Set((await intake.mailbox.itemStates(ids)).map((item) => item.itemId));
  return wanted.filter(({ n, itemId, header }) => {
    const isKnown = known.has(itemId) || (header.itemId !== undefined && known.has(header.itemId));
    if (isKnown) intake.outcomes[n] = 'present';
    return !isKnown;
  });
}

function admitted(intake: Intake, { n, raw }: Placed): boolean {
  const judged = intake.room.judge(raw.length);
  if (judged === 'ok') return intake.room.take(raw.length);
  intake.outcomes[n] = judged;
  return false;
}

async function keepRaw({ services, ref, user, correlationId }: Intake, one: Placed): Promise<Kept> {
  const { header, raw, key, folder } = one;
  const envelope: RawEnvelope = {
    ...{ tenantId: ref.tenantId, mailboxId: ref.mailboxId, shard: ref.shard, correlationId },
    ...{ mailFrom: header.state?.mailFrom ?? '', rcptTo: user.address, authResults: '' },
    ...{ receivedAt: header.receivedAt, rawSize: raw.length, folderId: folder.folderId, role: roleOf(one) },
  };
  try {
    return { ...one, ...(await services.blobs.putRaw(key, raw, envelope)) };
  } catch (error) {
    // An earlier try came so far; the key is made of what names the message.
    const kept = await services.blobs.head(key);
    if (kept?.size !== raw.length) throw error;
    return one;
  }
}

function roleOf({ header, folder }: Placed): Folder['role'] {
  return header.state?.role ?? (folder.role === 'user' ? 'inbox' : folder.role);
}

/** Those of a takeout as they were; others find their conversation. */
async function readMessages(intake: Intake, placed: readonly Kept[]): Promise<NewMessage[]> {
  const { services, ref } = intake;
  const strangers = placed.filter(({ header }) => header.state === undefined);
  const read = await services.reader.readAll(
    strangers.map((one) => ({
      raw: one.raw,
      ...(one.sha256 === undefined ? {} : { sha256: one.sha256 }),
      place: {
        ...{ ref, itemId: one.itemId, rawKey: one.key, receivedAt: one.header.receivedAt },
        ...{ folderRole: roleOf(one), folderId: one.folder.folderId },
        ...{ isRead: one.header.isRead, isDraft: one.folder.role === 'drafts' },
      },
    })),
  );
  const byItem = new Map(read.map((message) => [message.itemId, message]));
  return mapBounded(placed, FAN_OUT, async (one) => {
    const { header, itemId, key, folder, raw, sha256 } = one;
    const message = byItem.get(itemId);
    const flag = header.flag === undefined ? null : plain(header.flag);
    const categories = header.categories ?? [];
    if (message !== undefined) return { ...message, flag, categories };
    const { state } = header;
    if (state === undefined) throw new Error('import: a message was not read');
    const { role, mailFrom: _, ...facts } = state;
    // Each item is a message of its own again, as it was.
    const dedupeKey = state.dedupeKey.startsWith('item:') ? `item:${itemId}` : state.dedupeKey;
    return services.reader.recall(
      raw,
      {
        ...{ kind: 'message', modseq: 0, itemId, folderId: folder.folderId, rawKey: key, dedupeKey },
        ...{ receivedAt: header.receivedAt, isRead: header.isRead, flag, categories },
        ...{ threadId: facts.threadId, conversationIndex: facts.conversationIndex },
        ...{ isDraft: facts.isDraft, receivedAsBcc: facts.receivedAsBcc, verdict: facts.verdict },
        ...{ lastVerb: facts.lastVerb, lastVerbAt: facts.lastVerbAt, importance: facts.importance },
      },
      role,
      sha256 === undefined ? {} : { sha256 },
    );
  });
}

/** Without the fields that are not there: the store keeps what it is given. */
function plain(flag: ImportMessage['flag']): MessageFlag | null {
  if (flag === null || flag === undefined) return null;
  return JSON.parse(JSON.stringify(flag)) as MessageFlag;
}

/** Together, and one by one when that fails: what the store refuses keeps none of the others out (I11). */
async function insertAll(intake: Intake, messages: NewMessage[]): Promise<(InsertResult | null)[]> {
  try {
    return await intake.mailbox.insertMany(messages);
  } catch (error) {
    if (messages.length === 1) {
      intake.services.log.error('import.failed', {
        ...{ correlationId: intake.correlationId, itemId: messages[0]?.itemId, error: describeError(error) },
      });
      return [null];
    }
    const results = [];
    for (const message of messages) results.push(...(await insertAll(intake, [message])));
    return results;
  }
}

async function conclude(intake: Intake, one: Placed, result: InsertResult | null): Promise<void> {
  const outcome: ImportOutcome =
    result === null ? 'failed' : result.outcome === 'inserted' ? 'imported' : 'present';
  intake.outcomes[one.n] = outcome;
  if (result !== null) intake.changed(result.folderId, result.modseq, result.itemId);
  // The message is there under another id: nothing would ever name this raw (I6).
  if (result?.outcome === 'duplicate' && result.rawKey !== one.key)
    await intake.services.blobs.delete(one.key);
}

async function noteVerbs(
  { mailbox }: Intake,
  placed: readonly Placed[],
  results: readonly (InsertResult | null)[],
): Promise<void> {
  for (const [n, { itemId, header }] of placed.entries()) {
    const { lastVerb = 0, lastVerbAt = null } = header.state ?? {};
    if (lastVerb === 0 || results[n]?.outcome !== 'inserted') continue;
    await mailbox.setLastVerb([itemId], lastVerb, lastVerbAt ?? header.receivedAt);
  }
}
