import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children, textOf } from '../../../codecs/soap/read.ts';
import { treeOf } from '../../../core/live/events.ts';
import type { EventKind, KnownTree, Subscription, SubscriptionKind } from '../../../core/live/types.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { resolveFolder } from '../folders/resolve.ts';
import type { Box } from '../mailboxes.ts';
import { decodeWatermark } from './ids.ts';
import { kindOf } from './kinds.ts';
import { checkedPushUrl } from './push.ts';

const MINUTE = 60_000;
const MAX_FOLDERS = 500;
/** A subscription that is sent to ends a day after the last time that somebody took what was sent. */
const PUSH_KEPT_MS = 24 * 60 * MINUTE;
/** How long a streaming subscription waits for its next connection. */
const STREAM_KEPT_MS = 30 * MINUTE;

/** Requests by their elements (MS-OXWSNTIF 2.2.4.9, 2.2.4.11; MS-OXWSNTIF 2.2.4.13). */
const REQUESTS: readonly [string, SubscriptionKind][] = [
  ['PullSubscriptionRequest', 'pull'],
  ['PushSubscriptionRequest', 'push'],
  ['StreamingSubscriptionRequest', 'streaming'],
];

/** What a Subscribe asks for, as a subscription that begins now. */
export async function readSubscription(request: XmlElement, context: EwsContext): Promise<Subscription> {
  const [found, ...more] = REQUESTS.flatMap(([name, kind]) =>
    children(request, name).map((element) => ({ kind, element })),
  );
  if (found === undefined || more.length > 0) throw new SchemaError('Subscribe must hold one request.');
  const { kind, element } = found;
  const kinds = kindsOf(element);
  const { box, folderIds } = await watchedBy(element, context);
  const { modseq } = await box.store.usage();
  const mark = kind === 'streaming' ? null : textOf(element, 'Watermark');
  const position = mark === null || mark === '' ? modseq : decodeWatermark(mark);
  if (position > modseq) throw new EwsError('ErrorInvalidWatermark', 'The watermark is invalid.');
  const now = context.services.now();
  const tree: KnownTree = treeOf(await box.folders(), { folderIds });
  const base = {
    ...{ subscriptionId: newId(), kind, ref: box.ref, userId: context.principal.user.userId },
    credentialId: context.principal.signIn.credentialId,
    ...{ folderIds, kinds, position, tree },
  };
  const kept = (keptMs: number) => ({ keptMs, expiresAt: now + keptMs });
  if (kind === 'streaming') return { ...base, ...kept(STREAM_KEPT_MS), push: null };
  if (kind === 'pull') return { ...base, ...kept(minutes(element, 'Timeout') * MINUTE), push: null };
  const statusEvery = minutes(element, 'StatusFrequency') * MINUTE;
  const url = await checkedPushUrl(context.services, textOf(element, 'URL') ?? '');
  const callerData = textOf(element, 'CallerData');
  return {
    ...base,
    ...kept(PUSH_KEPT_MS + statusEvery),
    // At once a first word, by which the client may refuse.
    push: { url, callerData, statusEvery, statusAt: now, nextAt: now, failures: 0 },
  };
}

/** Minutes between 1 and 1440; 30 where they are left out. */
function minutes(element: XmlElement, name: string): number {
  const text = textOf(element, name) ?? '30';
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 1440) throw new SchemaError(`${name} must be 1 to 1440 minutes.`);
  return value;
}

function kindsOf(element: XmlElement): EventKind[] {
  const names = children(child(element, 'EventTypes'), 'EventType').map((one) => one.text.trim());
  const kinds = names.map(kindOf);
  if (names.length === 0) throw new SchemaError('EventTypes must name an event.');
  if (kinds.includes(null)) throw new SchemaError('there is no such event.');
  return [...new Set(kinds.flatMap((one) => one ?? []))];
}

async function watchedBy(
  element: XmlElement,
  context: EwsContext,
): Promise<{ box: Box; folderIds: string[] | null }> {
  const all = /^(true|1)$/.test(attributeOf(element, 'SubscribeToAllFolders') ?? '');
  const named = child(element, 'FolderIds')?.children ?? [];
  const invalid = (message: string) => new EwsError('ErrorInvalidSubscriptionRequest', message);
  if (all && named.length > 0) throw invalid('All folders are subscribed to, or those that are named.');
  if (all) return { box: context.own, folderIds: null };
  if (named.length === 0) throw invalid('There must be at least one folder.');
  if (named.length > MAX_FOLDERS) throw invalid(`There are more than ${MAX_FOLDERS} folders.`);
  const folderIds = new Set<string>();
  let box: Box | null = null;
  for (const one of named) {
    const place = await resolveFolder(context, one);
    if (box !== null && box.ref.mailboxId !== place.box.ref.mailboxId) {
      throw invalid('The folders must be of one mailbox.');
    }
    box = place.box;
    folderIds.add(place.folderId);
  }
  return { box: box ?? context.own, folderIds: [...folderIds] };
}
