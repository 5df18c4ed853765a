import { ENDLESS } from '../../core/pim/types.ts';
import type { TrueItem, TrueOther, Truth } from './backstage-wire.ts';
import { type Collection, must } from './collection.ts';
import type { Device } from './device.ts';
import { plain } from './edits.ts';
import { noteSent } from './play-sync.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
/** Days behind each FilterType (MS-ASCMD 2.2.3.68.2). */
const DAYS = [Number.POSITIVE_INFINITY, 1, 3, 7, 14, 31, 93, 186];
const ARRIVAL_MS = 30_000;
const POLL_MS = 20;
const MOST_ROUNDS = 20;

/** Stops, lets everything arrive, syncs every device until nothing comes, and compares. */
export async function checkpoint(world: World): Promise<void> {
  const truths = await settled(world);
  for (const [user, truth] of truths.entries()) {
    world.ledger.check(user, truth);
    checkCounters(user, truth);
  }
  for (const [number, device] of world.devices.entries()) {
    const truth = truths[world.ownerOf(number)];
    if (truth === undefined) continue;
    checkTree(device, truth);
    checkStrays(world, device);
    for (const id of device.mailFolders()) checkFolder(device, device.collection(id), truth);
    for (const id of device.itemFolders()) checkItems(device, device.collection(id), truth);
  }
}

/** The mailboxes once all mail has come and all devices have nothing more to say or to hear. */
async function settled(world: World): Promise<Truth[]> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const truths = await arrived(world);
    await Promise.all(world.devices.map((device) => device.settle()));
    for (const number of world.devices.keys()) noteSent(world, number);
    const heads = await Promise.all(world.users.map((user) => user.backstage.modseq()));
    const still = truths.every((truth, user) => truth.usage.modseq === heads[user]);
    if (still && !truths.some((truth, user) => world.ledger.missing(user, truth).length > 0)) return truths;
  }
  throw new Error('the world never came to rest');
}

/** The mailboxes once everything that was handed over is there. */
async function arrived(world: World): Promise<Truth[]> {
  const end = Date.now() + ARRIVAL_MS;
  for (;;) {
    const truths = await Promise.all(world.users.map((user) => user.backstage.truth()));
    const missing = truths.flatMap((truth, user) => world.ledger.missing(user, truth));
    if (missing.length === 0) return truths;
    must(Date.now() < end, `I1: ${missing.join(', ')} never came`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** An item may be gone before it is written: then, and only then, its Delete tells the device of nothing it had. */
function checkStrays(world: World, device: Device): void {
  for (const { strays } of device.collections.values()) {
    for (const id of strays.splice(0)) {
      const vanished = world.server.logs().some((l) => l.event === 'eas.item-vanished' && l['itemId'] === id);
      must(vanished, `Delete of ${id}, which ${device.sender.deviceId} never had`);
    }
  }
}

function checkCounters(user: number, { items, others, usage }: Truth): void {
  const size = [...items, ...others].reduce((sum, i) => sum + i.size, 0);
  must(
    usage.itemCount === items.length && usage.sizeBytes === size,
    `I15: mailbox ${user} counts ${usage.itemCount}/${usage.sizeBytes}, has ${items.length}/${size}`,
  );
}

function checkTree(device: Device, { folders }: Truth): void {
  const hidden = new Set(folders.filter((f) => f.role === 'recipientCache').map((f) => f.folderId));
  const rows = (list: [string, string, string][]) =>
    list.filter(([id]) => !hidden.has(id)).sort(([a], [b]) => (a < b ? -1 : 1));
  same(
    `I18: folders of ${device.sender.deviceId}`,
    rows([...device.folders].map(([id, f]) => [id, f.parentId, f.name])),
    rows(folders.map((f) => [f.folderId, f.parentId ?? '0', f.displayName])),
  );
}

function checkFolder(device: Device, collection: Collection, truth: Truth): void {
  const expected = wanted(collection, truth);
  const name = `${device.sender.deviceId} (${device.sender.version}) folder ${collection.id}`;
  const have = [...collection.view.keys()].sort();
  same(`I18: items of ${name}`, have, expected.map((i) => i.itemId).sort());
  for (const item of expected) {
    const shown = collection.view.get(item.itemId);
    if (shown === undefined) continue;
    const categories = device.categories;
    same(
      `I18: item ${item.itemId} of ${name}`,
      [shown.read, shown.flag, categories ? shown.categories : [], shown.subject, shown.body],
      [item.isRead, item.flag, categories ? item.categories : [], item.subject, plain(item.text)],
    );
  }
}

/** The same of events, contacts, tasks and notes. */
function checkItems(device: Device, collection: Collection, { others }: Truth): void {
  const expected = others.filter((i) => i.folderId === collection.id && isWanted(collection, i));
  const name = `${device.sender.deviceId} (${device.sender.version}) ${collection.itemClass} ${collection.id}`;
  same(`I18: items of ${name}`, [...collection.view.keys()].sort(), expected.map((i) => i.itemId).sort());
  for (const { itemId, subject, body, categories, done, weekly } of expected) {
    const shown = collection.view.get(itemId)?.item;
    same(
      `I18: item ${itemId} of ${name}`,
      [shown?.subject, shown?.body, shown?.categories, shown?.done, shown?.weekly],
      [subject, body, categories, done, weekly],
    );
  }
}

function isWanted({ options }: Collection, { receivedAt }: TrueOther): boolean {
  if (options.filterType === 8) return receivedAt === ENDLESS;
  return receivedAt >= Date.now() - (DAYS[options.filterType] ?? 0) * DAY;
}

/** What the device must show of a folder, in the window that it asked for. */
function wanted({ id, options }: Collection, { items }: Truth): TrueItem[] {
  const here = items.filter((i) => i.folderId === id);
  const since = Date.now() - (DAYS[options.filterType] ?? 0) * DAY;
  const alive = new Set(
    here.filter((i) => i.receivedAt >= since && i.threadId !== '').map((i) => i.threadId),
  );
  return here.filter((i) => i.receivedAt >= since || (options.conversationMode && alive.has(i.threadId)));
}

function same(what: string, have: unknown, want: unknown): void {
  const [a, b] = [JSON.stringify(have), JSON.stringify(want)];
  must(a === b, `${what}\n  has  ${a}\n  must ${b}`);
}
