/**
 * The Worker with a door behind the stage: a second actor that changes mailboxes as webmail would, through the
 * services, and a look at what is really in them. Only the convergence test starts it.
 */
import { rawKey } from '../../core/mail/place-key.ts';
import type { Folder, ItemClass, MailboxRef } from '../../core/mail/types.ts';
import { CLASS_OF_KIND } from '../../core/pim/types.ts';
import type { ItemChange, MailboxStore } from '../../core/ports/mail.ts';
import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import worker, { buildServices } from '../../workers/index.ts';
import { changeItem, othersOf } from './backstage-items.ts';
import type { Act, ActResult, BackstageCall, Truth } from './backstage-wire.ts';

export { DeviceSession, MailboxHub, Metrics, Throttle } from '../../workers/index.ts';

const MANY = 2_000;
const CLASSES: ItemClass[] = ['Email', 'Email', 'Contacts', 'Calendar', 'Tasks', 'Notes'];

export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== '/backstage') return worker.fetch(request, env, context);
    const services = buildServices(env, context);
    const call = (await request.json()) as BackstageCall;
    try {
      if (call.op === 'modseq') {
        return Response.json((await services.mail.mailbox(call.ref).usage()).modseq);
      }
      if (call.op === 'truth') return Response.json(await truth(services, call.ref));
      if (call.op === 'deliver')
        return Response.json(await deliver(services, call.ref, call.raw, call.receivedAt));
      return Response.json(await act(services, call.ref, call.act));
    } catch (error) {
      return new Response(String(error instanceof Error ? error.stack : error), { status: 500 });
    }
  },
} satisfies ExportedHandler<Env>;

async function truth({ mail }: Services, ref: MailboxRef): Promise<Truth> {
  const mailbox = mail.mailbox(ref);
  const [folders, usage] = await Promise.all([mailbox.folders(), mailbox.usage()]);
  const items: Truth['items'] = [];
  for (const folder of folders.filter((f) => f.itemClass === 'Email' && f.contentModseq > 0)) {
    const states = await mailbox.snapshot(folder.folderId, 0, null, MANY);
    for (const m of await mailbox.messages(states.map((s) => s.itemId))) {
      items.push({
        ...{ itemId: m.itemId, folderId: m.folderId, receivedAt: m.receivedAt, threadId: m.threadId },
        ...{ isRead: m.isRead, flag: m.flag?.status ?? 0, categories: m.categories, isDraft: m.isDraft },
        ...{ subject: m.subject, text: m.textHead, size: m.size },
      });
    }
  }
  return { folders, items, others: await othersOf(mailbox), usage };
}

/** What email() does from the moment it has accepted a message, with a time of receipt that may be long ago. */
async function deliver(services: Services, ref: MailboxRef, raw: string, receivedAt: number): Promise<null> {
  const bytes = new TextEncoder().encode(raw);
  const correlationId = newId();
  const key = rawKey(ref.tenantId, receivedAt, correlationId);
  const stream = new Response(bytes).body ?? new ReadableStream();
  const envelope = { mailFrom: '', rcptTo: '', receivedAt, rawSize: bytes.length, authResults: '' };
  const { sha256 } = await services.blobs.putRaw(key, stream, { ...ref, ...envelope, correlationId });
  await services.queues.ingest([{ v: 1, key, ...ref, size: bytes.length, sha256, correlationId }]);
  return null;
}

async function act(services: Services, ref: MailboxRef, wish: Act): Promise<ActResult> {
  const mailbox = services.mail.mailbox(ref);
  const all = await mailbox.folders();
  if (wish.what.endsWith('Item')) return actOnItem(services, ref, mailbox, all, wish);
  const folders = all.filter((f) => f.itemClass === 'Email' && f.role !== 'drafts');
  const folder = folders[wish.folder % folders.length];
  const to = folders[wish.value % folders.length];
  if (folder === undefined || to === undefined) return [];
  const items = (await mailbox.snapshot(folder.folderId, 0, null, MANY)).filter((i) => i.kind === 'message');
  const item = items[wish.pick % Math.max(1, items.length)];
  if (wish.what === 'createFolder' || wish.what === 'renameFolder' || wish.what === 'deleteFolder') {
    return changeFolders(services, mailbox, all, wish);
  }
  if (item === undefined) return [];
  const { itemId } = item;
  const gone = wish.what === 'remove' ? await named(mailbox, [itemId]) : [];
  const changes = await change(services, mailbox, itemId, wish, to.folderId, item.isRead);
  await announce(services, ref, changes, folder.folderId);
  return gone;
}

/** Something with an event, contact, task or note: it goes to folders of its class, and to Deleted Items. */
async function actOnItem(
  services: Services,
  ref: MailboxRef,
  mailbox: MailboxStore,
  folders: Folder[],
  wish: Act,
): Promise<ActResult> {
  const others = await othersOf(mailbox);
  const one = others[wish.pick % Math.max(1, others.length)];
  const [item] = one === undefined ? [] : await mailbox.pimItems([one.itemId]);
  if (one === undefined || item === undefined) return [];
  const fitting = folders.filter((f) => f.itemClass === CLASS_OF_KIND[item.kind] || f.role === 'deleted');
  const to = fitting[wish.value % fitting.length]?.folderId ?? item.folderId;
  const changes = await changeItem(mailbox, item, wish, to, services.now());
  await announce(services, ref, changes, item.folderId);
  return wish.what === 'removeItem' ? [{ itemId: item.itemId, subject: one.subject }] : [];
}

async function change(
  { now }: Services,
  mailbox: MailboxStore,
  itemId: string,
  { what, value }: Act,
  to: string,
  isRead: boolean,
): Promise<ItemChange[]> {
  switch (what) {
    case 'read':
      return mailbox.setFlags([{ itemId, isRead: !isRead }]);
    case 'flag':
      return mailbox.setFlags([
        { itemId, flag: value % 3 === 0 ? null : { status: value % 3 === 1 ? 1 : 2, type: 'Follow up' } },
      ]);
    case 'categories':
      return mailbox.setFlags([{ itemId, categories: value % 3 === 0 ? [] : [`Webmail ${value % 3}`] }]);
    case 'remove':
      return mailbox.remove([itemId], now());
    default:
      return mailbox.move([itemId], to);
  }
}

async function changeFolders(
  { now }: Services,
  mailbox: MailboxStore,
  folders: Folder[],
  { what, pick, value }: Act,
): Promise<ActResult> {
  const own = folders.filter((f) => f.role === 'user');
  const one = own[pick % Math.max(1, own.length)];
  const name = `Web ${value % 1000}`;
  try {
    if (what === 'createFolder' && own.length < 6) {
      const parentId = one === undefined || value % 2 === 0 ? null : one.folderId;
      const itemClass = CLASSES[value % CLASSES.length] ?? 'Email';
      await mailbox.createFolder({ folderId: newId(), parentId, displayName: name, itemClass });
    } else if (what === 'renameFolder' && one !== undefined) {
      await mailbox.updateFolder(one.folderId, { parentId: null, displayName: name });
    } else if (what === 'deleteFolder' && one !== undefined) {
      const doomed = await named(mailbox, await itemsBelow(mailbox, one.folderId));
      await mailbox.deleteFolder(one.folderId, now());
      return doomed;
    }
  } catch (error) {
    // A name that is taken, or a folder that another actor took away meanwhile.
    if (!(error instanceof Error) || !/conflict|notfound|invalid/i.test(error.name)) throw error;
  }
  return [];
}

async function named(mailbox: MailboxStore, itemIds: string[]): Promise<ActResult> {
  const wanted = new Set(itemIds);
  const others = (await othersOf(mailbox)).filter((o) => wanted.has(o.itemId));
  return [...(await mailbox.messages(itemIds)), ...others].map(({ itemId, subject }) => ({
    itemId,
    subject,
  }));
}

async function itemsBelow(mailbox: MailboxStore, folderId: string): Promise<string[]> {
  const all = await mailbox.folders();
  const below = [folderId];
  for (const id of below) below.push(...all.filter((f) => f.parentId === id).map((f) => f.folderId));
  const lists = await Promise.all(below.map((id) => mailbox.snapshot(id, 0, null, MANY)));
  return lists.flat().map((i) => i.itemId);
}

async function announce(
  services: Services,
  ref: MailboxRef,
  changes: ItemChange[],
  from: string,
): Promise<void> {
  const touched = changes.filter((c) => c.outcome === 'changed');
  await services.queues.notify(
    touched.flatMap(({ folderId, modseq }) =>
      [...new Set([folderId, from])].map((id) => ({
        ...{ v: 1 as const, ...ref, folderId: id, modseq },
        ...{ originDevice: null, correlationId: newId() },
      })),
    ),
  );
}
