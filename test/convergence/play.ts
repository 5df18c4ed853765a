import { child, children, el, textOf } from '../../codecs/wbxml/index.ts';
import { buildMail } from '../support/mail.ts';
import { must } from './collection.ts';
import { shownOf } from './edits.ts';
import { shownItem } from './items.ts';
import { playFolderChange, playMoveItems } from './play-folders.ts';
import { playSyncItems } from './play-items.ts';
import { foldersOf, itemFoldersOf, playRepeat, playSync } from './play-sync.ts';
import { playLongSync, playPing } from './play-waits.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

const DELETED = 4;

/** Plays one step. Rejects with a Violation when an answer is one that must not be. */
export async function play(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'deliver':
      for (let i = 0; i < step.count; i++) await world.deliver(step.user, step);
      return;
    case 'act': {
      world.ledger.removed(await world.user(step.user).backstage.act(step.act));
      return;
    }
    case 'sync':
      return playSync(world, step);
    case 'syncItems':
      return playSyncItems(world, step);
    case 'emptySync':
    case 'partialSync':
      return playRepeat(world, step);
    case 'folderSync': {
      const device = world.device(step.device);
      if (step.restart) device.folderKey = '0';
      await device.folderSync(step.fault);
      return;
    }
    case 'folderChange':
      return playFolderChange(world, step);
    case 'moveItems':
      return playMoveItems(world, step);
    case 'fetch':
      return playFetch(world, step);
    case 'empty':
      return playEmpty(world, step);
    case 'sendMail':
      return playSendMail(world, step);
    case 'ping':
      return playPing(world, step);
    case 'longSync':
      return playLongSync(world, step);
    case 'restart':
    case 'garbageKey':
      return playRestart(world, step);
    case 'evict':
      return world.evict(step.device);
    case 'together': {
      const results = await Promise.allSettled(step.steps.map((s) => play(world, s)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
  }
}

async function playRestart(
  world: World,
  step: Extract<Step, { kind: 'restart' | 'garbageKey' }>,
): Promise<void> {
  const device = world.device(step.device);
  const folders = [...(await foldersOf(device)), ...(await itemFoldersOf(device))];
  const collection = device.collection(folders[step.folder % folders.length] ?? '');
  collection.restart();
  if (step.kind === 'restart') return;
  collection.key = 'nosuchkey-7';
  await device.sync([collection.id], { window: 10 });
  must(collection.key === '0', 'I17: a key that never was is not refused');
}

async function playFetch(world: World, step: Extract<Step, { kind: 'fetch' }>): Promise<void> {
  const device = world.device(step.device);
  const folders = [...(await foldersOf(device)), ...(await itemFoldersOf(device))];
  const collection = device.collection(folders[step.folder % folders.length] ?? '');
  const ids = [...collection.view.keys()];
  const id = ids[step.pick % Math.max(1, ids.length)];
  if (id === undefined) return;
  const answer = await device.send(
    'ItemOperations',
    el(
      'ItemOperations:ItemOperations',
      el(
        'ItemOperations:Fetch',
        el('ItemOperations:Store', 'Mailbox'),
        el('AirSync:CollectionId', collection.id),
        el('AirSync:ServerId', id),
        el('ItemOperations:Options', el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 1))),
      ),
    ),
    step.fault,
  );
  if (answer === null) return;
  const fetched = child(child(answer.root ?? undefined, 'ItemOperations:Response'), 'ItemOperations:Fetch');
  const status = textOf(fetched, 'ItemOperations:Status');
  must(status === '1' || status === '6', `Fetch: Status ${status}`);
  if (status !== '1') return;
  const properties = child(fetched, 'ItemOperations:Properties');
  const { itemClass } = collection;
  const { subject } = itemClass === undefined ? shownOf(properties) : shownItem(itemClass, properties);
  must(subject === collection.view.get(id)?.subject, `Fetch of ${id} brings another item: ${subject}`);
}

async function playEmpty(world: World, step: Extract<Step, { kind: 'empty' }>): Promise<void> {
  const device = world.device(step.device);
  await foldersOf(device);
  const trash = device.folderOfType(DELETED) ?? '';
  const { items, others, folders } = await world.user(world.ownerOf(step.device)).backstage.truth();
  const doomed = [trash];
  for (const id of doomed) doomed.push(...folders.filter((f) => f.parentId === id).map((f) => f.folderId));
  world.ledger.removed([...items, ...others].filter((i) => doomed.includes(i.folderId)));
  const answer = await device.send(
    'ItemOperations',
    el(
      'ItemOperations:ItemOperations',
      el(
        'ItemOperations:EmptyFolderContents',
        el('AirSync:CollectionId', trash),
        step.subfolders ? el('ItemOperations:Options', el('ItemOperations:DeleteSubFolders')) : null,
      ),
    ),
    step.fault,
  );
  if (answer === null) return;
  const [done] = children(
    child(answer.root ?? undefined, 'ItemOperations:Response'),
    'ItemOperations:EmptyFolderContents',
  );
  must(textOf(done, 'ItemOperations:Status') === '1', 'EmptyFolderContents was refused');
}

/** Repeats until it is answered or given up, always with the same ClientId. */
async function playSendMail(world: World, step: Extract<Step, { kind: 'sendMail' }>): Promise<void> {
  const device = world.device(step.device);
  if (Number(device.sender.version) < 14) return;
  const subject = world.ledger.newSubject('S');
  const to = world.user(step.to).address;
  const mime = buildMail({ from: device.sender.address, to, subject, text: `Text of ${subject}.\r\n` });
  const document = el(
    'ComposeMail:SendMail',
    el('ComposeMail:ClientId', subject),
    step.save ? el('ComposeMail:SaveInSentItems') : null,
    el('ComposeMail:Mime', mime),
  );
  const copies = step.save ? [step.to, world.ownerOf(step.device)] : [step.to];
  world.ledger.sending(copies, subject);
  for (const fault of step.faults) {
    const answer = await device.send('SendMail', document, fault);
    if (answer === null) continue;
    const status = answer.root === null ? '1' : textOf(answer.root, 'ComposeMail:Status');
    must(status === '1' || status === '118', `SendMail: Status ${status}`);
    world.ledger.sent(copies, subject);
    return;
  }
}
