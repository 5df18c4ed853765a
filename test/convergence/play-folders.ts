import { children, el, textOf, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { must } from './collection.ts';
import type { Device } from './device.ts';
import { classOfType, USER_TYPES } from './items.ts';
import { foldersOf, itemFoldersOf } from './play-sync.ts';
import type { Fault, Step } from './steps.ts';
import type { World } from './world.ts';

type FolderChange = Extract<Step, { kind: 'folderChange' }>;

const DRAFTS = 3;
const DELETED = 4;
const MOST_FOLDERS = 20;
const OWN = new Set<number>(USER_TYPES);

/** FolderCreate, FolderUpdate or FolderDelete; half of the unanswered ones are sent once more. */
export async function playFolderChange(world: World, step: FolderChange): Promise<void> {
  const device = world.device(step.device);
  await foldersOf(device);
  if (await attempt(world, device, step, step.fault)) return;
  if (step.value % 2 === 0) await attempt(world, device, step, 'none');
  else await device.folderSync();
}

/** False when there was no answer. */
async function attempt(world: World, device: Device, step: FolderChange, fault: Fault): Promise<boolean> {
  const own = [...device.folders].filter(([, f]) => OWN.has(f.type)).map(([id]) => id);
  const id = own[step.pick % Math.max(1, own.length)] ?? '';
  const parent = step.value % 3 === 0 ? (own[step.value % Math.max(1, own.length)] ?? '0') : '0';
  const name = `Phone ${step.device} ${step.value}`;
  const type = USER_TYPES[step.value % USER_TYPES.length] ?? 12;
  const key = el('FolderHierarchy:SyncKey', device.folderKey);
  const serverId = el('FolderHierarchy:ServerId', id);
  const place = [el('FolderHierarchy:ParentId', parent), el('FolderHierarchy:DisplayName', name)];
  if (step.what === 'create') {
    if (device.folders.size > MOST_FOLDERS) return true;
    return send(device, 'FolderCreate', [key, place, el('FolderHierarchy:Type', type)], fault, (made) => {
      device.folders.set(made, { parentId: parent, name, type });
    });
  }
  if (step.what === 'update') {
    return send(device, 'FolderUpdate', [key, serverId, place], fault, () => {
      device.folders.set(id, { parentId: parent, name, type: device.folders.get(id)?.type ?? 12 });
    });
  }
  const { items, others, folders } = await world.user(world.ownerOf(step.device)).backstage.truth();
  const doomed = [id];
  for (const one of doomed) doomed.push(...folders.filter((f) => f.parentId === one).map((f) => f.folderId));
  const gone = [...items, ...others].filter((i) => doomed.includes(i.folderId));
  const isOwn = folders.find((f) => f.folderId === id)?.role === 'user';
  if (isOwn) world.ledger.removed(gone);
  return send(device, 'FolderDelete', [key, serverId], fault, () => {
    const below = [id];
    for (const one of below)
      below.push(...[...device.folders].filter(([, f]) => f.parentId === one).map(([k]) => k));
    for (const one of below) device.forgetFolder(one);
  });
}

async function send(
  device: Device,
  command: 'FolderCreate' | 'FolderUpdate' | 'FolderDelete',
  content: (WbxmlNode | WbxmlNode[])[],
  fault: Fault,
  done: (serverId: string) => void,
): Promise<boolean> {
  const answer = await device.send(command, el(`FolderHierarchy:${command}`, ...content), fault);
  if (answer === null) return false;
  const root = answer.root ?? undefined;
  const status = textOf(root, 'FolderHierarchy:Status');
  must(['1', '2', '3', '4', '5', '9', '10'].includes(status ?? ''), `${command}: Status ${status}`);
  if (status === '1') {
    device.folderKey = textOf(root, 'FolderHierarchy:SyncKey') ?? '';
    done(textOf(root, 'FolderHierarchy:ServerId') ?? '');
  } else if (status === '9') device.folderKey = '0';
  return true;
}

/** MoveItems: moved items leave the list at once; the folder they went to says them with its next Sync. */
export async function playMoveItems(world: World, step: Extract<Step, { kind: 'moveItems' }>): Promise<void> {
  const device = world.device(step.device);
  const mail = (await foldersOf(device)).filter((id) => id !== device.folderOfType(DRAFTS));
  const others = await itemFoldersOf(device);
  const list = step.items ? others : mail;
  const from = device.collection(list[step.folder % list.length] ?? '');
  const trash = device.folderOfType(DELETED) ?? '';
  const folders = step.items
    ? [trash, ...others.filter((id) => classOfType(device.folders.get(id)?.type ?? 0) === from.itemClass)]
    : mail;
  const to = folders[step.to % folders.length] ?? '';
  const held = [...from.view.keys()];
  const ids = [...new Set(step.picks.flatMap((n) => held[n % held.length] ?? []))];
  if (ids.length === 0 || to === from.id) return;
  const moves = ids.map((id) =>
    el('Move:Move', el('Move:SrcMsgId', id), el('Move:SrcFldId', from.id), el('Move:DstFldId', to)),
  );
  const answer = await device.send('MoveItems', el('Move:MoveItems', moves), step.fault);
  if (answer === null) {
    // They may have gone: whatever the folder says of them next is right.
    for (const id of ids) from.moved.add(id);
    return;
  }
  const responses = children(answer.root ?? undefined, 'Move:Response');
  must(responses.length === ids.length, `MoveItems: ${responses.length} responses to ${ids.length} moves`);
  for (const response of responses) {
    const id = textOf(response, 'Move:SrcMsgId') ?? '';
    const status = textOf(response, 'Move:Status');
    must(['1', '2', '3'].includes(status ?? ''), `MoveItems: Status ${status}`);
    must(status !== '3' || textOf(response, 'Move:DstMsgId') === id, 'MoveItems: the id has changed');
    from.moved.add(id);
    if (status === '3') from.view.delete(id);
  }
}
