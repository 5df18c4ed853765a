import { el } from '../../codecs/wbxml/index.ts';
import type { Collection } from './collection.ts';
import type { Device } from './device.ts';
import type { Edit } from './edits.ts';
import { type OtherClass, type ShownItem, wireTime } from './items.ts';
import { itemFoldersOf, noteSent } from './play-sync.ts';
import type { ItemWish, Step } from './steps.ts';
import type { World } from './world.ts';

type SyncItems = Extract<Step, { kind: 'syncItems' }>;

const DAY = 86_400_000;
/** Days well away from the edges of every FilterType. */
const AGES = [-40, -3, 0, 1, 20, 60, 120, 400];

/** A Sync of folders of events, contacts, tasks and notes, with what the device makes and changes there. */
export async function playSyncItems(world: World, step: SyncItems): Promise<void> {
  const device = world.device(step.device);
  const all = await itemFoldersOf(device);
  const ids = new Set(step.folders.length === 0 ? all : step.folders.map((n) => all[n % all.length] ?? ''));
  const collections = [...ids].map((id) => device.collection(id));
  for (const c of collections) {
    if (step.forget) c.pending = [];
    if (step.options !== null)
      c.options = { ...step.options, filterType: filterOf(c, step.options.filterType) };
    if (c.pending.length === 0) c.asMoves = step.asMoves;
  }
  for (const wish of step.edits) {
    const c = collections[wish.value % Math.max(1, collections.length)];
    if (c !== undefined && c.key !== '0') edit(world, device, c, wish);
  }
  const { window, getChanges, fault } = step;
  await device.sync([...ids], { window, getChanges }, fault);
  noteSent(world, step.device);
}

/** FilterTypes that each class knows. */
function filterOf({ itemClass }: Collection, n: number): number {
  if (itemClass === 'Calendar') return [0, 0, 4, 5, 6, 7][n] ?? 0;
  return itemClass === 'Tasks' && n > 2 ? 8 : 0;
}

function edit(world: World, device: Device, c: Collection, { what, pick, value }: ItemWish): void {
  if (c.itemClass === undefined) return;
  if (what === 'add') {
    c.pending.push(newItem(world, device, c.itemClass, value));
    return;
  }
  const ids = [...c.view.keys()];
  const id = ids[pick % Math.max(1, ids.length)];
  const shown = id === undefined ? undefined : c.view.get(id);
  if (id === undefined || shown?.item === undefined) return;
  const before = c.pending.filter((e) => 'id' in e && e.id === id);
  if (before.some((e) => e.kind === 'delete')) return;
  if (what === 'fetch') {
    if (before.length === 0) c.pending.push({ kind: 'fetch', id });
    return;
  }
  if (what === 'delete') {
    world.ledger.saw(id, shown.subject);
    if (!c.asMoves) world.ledger.removed([{ itemId: id, subject: shown.subject }]);
    c.pending.push({ kind: 'delete', id });
    return;
  }
  const item = changed(shown.item, c.itemClass, device.sender.deviceId, value);
  const same = before.find((e) => e.kind === 'saveItem');
  if (same !== undefined) Object.assign(same, { item });
  else c.pending.push({ kind: 'saveItem', id, itemClass: c.itemClass, item });
}

function newItem(world: World, device: Device, itemClass: OtherClass, value: number): Edit {
  const subject = world.ledger.newSubject('E');
  const isEvent = itemClass === 'Calendar';
  const start = Date.now() - (AGES[value % AGES.length] ?? 0) * DAY;
  const item: ShownItem = {
    ...{ subject, body: `Made ${value}`, categories: value % 2 === 0 ? ['Red'] : [] },
    done: itemClass === 'Tasks' && value % 4 === 0,
    start: isEvent ? wireTime(start) : '',
    weekly: isEvent && value % 5 === 0,
  };
  const uid = device.drafts16 ? el('Calendar:ClientUid', subject) : el('Calendar:UID', subject);
  return { kind: 'addItem', clientId: subject, itemClass, item, uid: isEvent ? uid : null };
}

function changed(item: ShownItem, itemClass: OtherClass, deviceId: string, value: number): ShownItem {
  switch (value % 4) {
    case 0:
      return { ...item, categories: value % 3 === 0 ? [] : [`Phone ${value % 7}`] };
    case 1:
      return itemClass === 'Tasks'
        ? { ...item, done: !item.done }
        : { ...item, body: `${deviceId} ${value}` };
    default:
      return { ...item, body: `${deviceId} ${value}` };
  }
}
