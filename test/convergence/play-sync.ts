import { el } from '../../codecs/wbxml/index.ts';
import type { Collection } from './collection.ts';
import type { Device } from './device.ts';
import type { Edit } from './edits.ts';
import type { EditWish, Step } from './steps.ts';
import type { World } from './world.ts';

const INBOX = 2;
const DRAFTS = 3;
const DELETED = 4;

export async function playSync(world: World, step: Extract<Step, { kind: 'sync' }>): Promise<void> {
  const device = world.device(step.device);
  const all = await foldersOf(device);
  const wished = step.folders.map((n) => all[n % all.length] ?? '');
  // Most of what happens happens in the Inbox.
  const ids = new Set(step.folders.length === 0 ? all : wished);
  if (step.folders.some((n) => n % 2 === 0)) ids.add(device.folderOfType(INBOX) ?? '');
  const drafts = device.folderOfType(DRAFTS) ?? '';
  if (device.drafts16 && step.edits.some((e) => e.what.endsWith('Draft'))) ids.add(drafts);
  const collections = [...ids].map((id) => device.collection(id));
  for (const c of collections) {
    if (step.forget) c.pending = [];
    if (step.options !== null) {
      const old = Number(device.sender.version) < 14;
      c.options = { ...step.options, ...(old ? { conversationMode: false } : {}) };
    }
    if (c.pending.length === 0) c.asMoves = step.asMoves;
  }
  for (const wish of step.edits) {
    const list = wish.what.endsWith('Draft') ? collections.filter((c) => c.id === drafts) : collections;
    const collection = list[wish.value % Math.max(1, list.length)];
    if (collection !== undefined && collection.key !== '0') edit(world, step.device, collection, wish);
  }
  const { window, overall, getChanges, fault } = step;
  await device.sync([...ids], { window, overall, getChanges }, fault);
  noteSent(world, step.device);
}

/** Folders of mail; the tree comes first. */
export async function foldersOf(device: Device): Promise<string[]> {
  if (device.folders.size === 0) while (await device.folderSync());
  return device.mailFolders();
}

/** Folders of events, contacts, tasks and notes. */
export async function itemFoldersOf(device: Device): Promise<string[]> {
  await foldersOf(device);
  return device.itemFolders();
}

/** Tells the ledger of drafts whose sending, and of items whose Add was confirmed. */
export function noteSent(world: World, number: number): void {
  const self = world.ownerOf(number);
  for (const c of world.device(number).collections.values()) {
    for (const { toUser, subject } of c.sent) world.ledger.sent([toUser, self], subject);
    c.sent = [];
    for (const subject of c.made.splice(0)) world.ledger.made(self, subject);
  }
}

/** Puts a change of the device among those that wait to be sent. */
function edit(world: World, number: number, c: Collection, wish: EditWish): void {
  const device = world.device(number);
  if (wish.what === 'addDraft') {
    if (!device.drafts16) return;
    const subject = world.ledger.newSubject('D');
    world.ledger.drafted(subject);
    const to = world.user(wish.pick % world.users.length).address;
    c.pending.push({ kind: 'addDraft', clientId: subject, subject, body: `Draft ${wish.value}`, to });
    return;
  }
  const ids = [...c.view.keys()];
  const id = ids[wish.pick % Math.max(1, ids.length)];
  const shown = id === undefined ? undefined : c.view.get(id);
  if (id === undefined || shown === undefined) return;
  const made = editOf(world, number, { id, subject: shown.subject, read: shown.read }, wish);
  if (made === null) return;
  const before = c.pending.filter((e) => 'id' in e && e.id === id);
  // What is on its way out, or gone, is left alone.
  if (before.some((e) => e.kind === 'delete' || e.kind === 'sendDraft')) return;
  if (made.kind === 'sendDraft') {
    if (before.length > 0 || !shown.subject.startsWith('D')) return;
    world.ledger.sending([made.toUser, world.ownerOf(number)], shown.subject);
  }
  if (made.kind === 'delete') {
    world.ledger.saw(id, shown.subject);
    const forGood = !c.asMoves || c.id === device.folderOfType(DELETED);
    if (forGood) world.ledger.removed([{ itemId: id, subject: shown.subject }]);
  }
  const same = before.find((e) => e.kind === made.kind);
  if (same !== undefined) Object.assign(same, made);
  else c.pending.push(made);
}

function editOf(
  world: World,
  number: number,
  { id, subject, read }: { id: string; subject: string; read: boolean },
  { what, pick, value }: EditWish,
): Edit | null {
  const device = world.device(number);
  switch (what) {
    case 'read':
      return { kind: 'change', id, read: !read };
    case 'flag':
      return { kind: 'change', id, flag: value % 3 };
    case 'categories':
      if (!device.categories) return null;
      return { kind: 'change', id, categories: value % 3 === 0 ? [] : [`Phone ${number} ${value % 3}`] };
    case 'delete':
    case 'fetch':
      return { kind: what, id };
    case 'saveDraft':
      return device.drafts16 ? { kind: 'saveDraft', id, body: `Saved ${value}` } : null;
    case 'sendDraft': {
      const toUser = pick % world.users.length;
      const to = world.user(toUser).address;
      return device.drafts16 ? { kind: 'sendDraft', id, to, toUser, subject } : null;
    }
    default:
      return null;
  }
}

export async function playRepeat(
  world: World,
  { kind, device: number, fault }: Extract<Step, { kind: 'emptySync' | 'partialSync' }>,
): Promise<void> {
  const device = world.device(number);
  if (!device.canRepeat) return;
  await device.repeatSync(
    kind === 'emptySync' ? null : el('AirSync:Sync', el('AirSync:Partial'), el('AirSync:WindowSize', 50)),
    fault,
  );
}
