import { child, children, el, textOf } from '../../codecs/wbxml/index.ts';
import { must } from './collection.ts';
import { foldersOf } from './play-sync.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

type Wait = Extract<Step, { kind: 'ping' | 'longSync' }>;

const INBOX = 2;
/** Seconds: the shortest there is. */
const HEARTBEAT = 10;
/** Milliseconds from the message to the end of the wait: well before its time is over, on a machine with much to do. */
const LONGEST_MS = 9_000;

/** A Ping with a message that comes while it waits, or a little before: it must end by it (I14). */
export async function playPing(world: World, step: Wait): Promise<void> {
  const device = world.device(step.device);
  await foldersOf(device);
  const inbox = device.folderOfType(INBOX) ?? '';
  if (device.collection(inbox).key === '0') await device.sync([inbox], { window: 100 });
  const watched = device.mailFolders().filter((id) => device.collection(id).key !== '0');
  const waiting = device.send(
    'Ping',
    el(
      'Ping:Ping',
      el('Ping:HeartbeatInterval', HEARTBEAT),
      el(
        'Ping:Folders',
        watched.map((id) => el('Ping:Folder', el('Ping:Id', id), el('Ping:Class', 'Email'))),
      ),
    ),
    step.fault,
  );
  const answer = await whileMailComes(world, step, waiting);
  if (answer === null) return;
  const status = textOf(answer.root ?? undefined, 'Ping:Status');
  // A folder is gone: the device reads the tree again. Of two at once the newer ends the older.
  if (status === '7' || (status === '1' && step.fault.startsWith('atOnce'))) return;
  must(status === '2', `I14: mail has come and the Ping ends with Status ${status}`);
  const changed = children(child(answer.root ?? undefined, 'Ping:Folders'), 'Ping:Folder');
  must(changed.length > 0, 'Ping: Status 2 without a folder');
}

/** The same with a Sync that waits: it brings the message itself. */
export async function playLongSync(world: World, step: Wait): Promise<void> {
  const device = world.device(step.device);
  const folders = await foldersOf(device);
  const inbox = device.folderOfType(INBOX) ?? '';
  if (device.collection(inbox).key === '0') await device.sync([inbox], { window: 100 });
  const ids = folders.filter((id) => device.collection(id).key !== '0');
  // A step that is said again is an answer by itself, also when nothing of it is left.
  const repeats = ids.some((id) => device.collection(id).lost);
  const waiting = device.sync(ids, { window: 100, extra: el('AirSync:Wait', 1) }, step.fault);
  const news = await whileMailComes(world, step, waiting);
  if (repeats || step.fault.startsWith('atOnce')) return;
  must(news !== 0, 'I14: mail has come and the waiting Sync ends without it');
}

async function whileMailComes<T>(world: World, step: Wait, waiting: Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 40));
  if (step.evict) await world.evict(step.device);
  const start = performance.now();
  const [answer, took] = await Promise.all([
    waiting,
    waiting.then(() => performance.now() - start),
    world.deliver(world.ownerOf(step.device)),
  ]);
  world.wakes.push(took);
  must(took < LONGEST_MS, `I14: mail has come and the wait ends after ${Math.round(took)} ms`);
  return answer;
}
