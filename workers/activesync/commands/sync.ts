import { el } from '../../../codecs/wbxml/index.ts';
import type { SyncAnswer, SyncCall, WatchedFolder } from '../../../core/ports/device.ts';
import type { SyncReply } from '../../../core/sync/request.ts';
import type { EasContext } from '../context.ts';
import type { WrittenRaw } from '../drafts/stage.ts';
import { sweepDrafts } from '../drafts/sweep.ts';
import { checkGate, readGate } from '../gate/check.ts';
import { isSignedOut, signedOutReply, waitSignedIn } from '../held.ts';
import { type Reply, streamedWbxml, wbxml } from '../http/reply.ts';
import { type ParsedCollection, parseSync } from '../sync/parse.ts';
import { renderCollection } from '../sync/render.ts';
import { type Staged, stageCollection } from '../sync/stage.ts';

/** How often items are looked at again that somebody else changes at the same time. */
const LOOKS = 3;

/** Sync (MS-ASCMD 2.2.1.21). The device's object decides what is said; here it is read, held and written. */
export async function sync(context: EasContext): Promise<Reply> {
  const sender = {
    ref: context.ref,
    tenant: context.principal.tenant,
    user: context.principal.user,
  };
  let call: SyncCall = { collections: null, partial: false, waitSeconds: null, windowSize: null, sender };
  let collections: ParsedCollection[] | null = null;
  if (context.body !== null) {
    const parsed = parseSync(context.body, context.version);
    if (parsed.kind === 'status') return topStatus(parsed.status, parsed.limit);
    const { partial, waitSeconds, windowSize } = parsed;
    call = { ...call, partial, waitSeconds, windowSize };
    collections = parsed.collections;
  }
  const { answer, asked } = await stageAndSync(context, call, collections);
  if (answer.kind === 'status') return topStatus(answer.status);
  if (answer.waitSeconds === 0 || answer.replies.some((r) => r.changed)) {
    return renderReplies(context, answer.replies);
  }
  return hold(context, asked, answer);
}

/** Merges what the device says with what is there; once more when that has changed meanwhile. */
async function stageAndSync(
  context: EasContext,
  call: SyncCall,
  collections: ParsedCollection[] | null,
): Promise<{ answer: Exclude<SyncAnswer, { kind: 'stale' }>; asked: SyncCall }> {
  const written: WrittenRaw[] = [];
  for (let look = 1; ; look++) {
    const staged: Staged[] = [];
    for (const collection of collections ?? []) staged.push(await stageCollection(context, collection));
    written.push(...staged.flatMap((s) => s.written));
    const requests = collections === null ? null : staged.map((s) => s.request);
    const asked: SyncCall = { ...call, collections: requests, ...(look < LOOKS ? {} : { settle: true }) };
    const answer = await context.device.sync(asked);
    if (answer.kind === 'stale') continue;
    sweepDrafts(context, written);
    return { answer, asked };
  }
}

/** Waits until one of the collections has something to say (MS-ASCMD 2.2.3.198): the bridge that a Ping uses. */
async function hold(
  context: EasContext,
  call: SyncCall,
  { replies, waitSeconds }: Extract<SyncAnswer, { kind: 'replies' }>,
): Promise<Reply> {
  const { services, device, principal, query } = context;
  const hold = Math.min(waitSeconds, services.config.pingHoldMaxSeconds) * 1000;
  const deadline = services.now() + hold;
  let folders: WatchedFolder[] = replies.map((r) => ({ id: r.collectionId, key: r.syncKey }));
  for (;;) {
    const start = await device.watch(folders);
    const seconds = Math.max(0, deadline - services.now()) / 1000;
    const end = start.kind === 'waiting' ? await waitSignedIn(context, start.wait(seconds)) : start;
    if (end.kind === 'revoked') {
      const gate = await checkGate(context, readGate(services, principal, query.deviceId));
      if (gate.kind === 'refused') return gate.reply;
      if (await isSignedOut(context)) return signedOutReply(context);
      if (services.now() >= deadline) return { kind: 'empty' };
      continue;
    }
    if (end.kind !== 'changed') return { kind: 'empty' };
    const again = await device.sync(call);
    if (again.kind === 'status') return topStatus(again.status);
    if (again.kind === 'stale') continue;
    if (again.replies.some((r) => r.changed)) return renderReplies(context, again.replies);
    // Told of a change that is none to this device: it waits on for the rest of its time, for others than that.
    folders = folders.map(({ id }) => ({ id }));
    if (services.now() >= deadline) return { kind: 'empty' };
  }
}

async function renderReplies(context: EasContext, replies: SyncReply[]): Promise<Reply> {
  const said = replies.filter((r) => r.changed);
  // Nothing new in any collection: an answer without a body (MS-ASCMD 2.2.1.21.2).
  if (said.length === 0) return { kind: 'empty' };
  const collections = [];
  for (const reply of said) collections.push(await renderCollection(context, reply));
  // A MIME body may be a stream.
  return streamedWbxml(el('AirSync:Sync', el('AirSync:Collections', collections)));
}

function topStatus(status: number, limit?: number): Reply {
  return wbxml(
    el('AirSync:Sync', el('AirSync:Status', status), limit === undefined ? null : el('AirSync:Limit', limit)),
  );
}
