import { defaultFolder } from '../../core/mail/default-folders.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type {
  ArchivedFolder,
  ArchiveHead,
  ArchiveStore,
  AsideRow,
  GoneLine,
  ItemLine,
  KeptNote,
  LiveLine,
  MailboxArchive,
} from '../../core/ports/archive.ts';
import { extendedMember } from '../extended.ts';
import { withOthers } from '../folder-order.ts';
import { replacedFolder } from '../normalise.ts';
import { readRights, writeRights } from '../rights.ts';
import { compareText } from '../text.ts';
import { remove } from './mailbox-change.ts';
import { type Entry, goneFrom, type MailboxData, type MailboxHome, newState, touch } from './mailbox-data.ts';
import { insertMany } from './mailbox-insert.ts';
import { restoreObjects } from './mailbox-objects.ts';

const NOTHING: Omit<ArchiveHead, 'exists' | 'modseq'> = {
  ...{ captured: null, segments: 0, lines: 0, snapshotModseq: 0, snapshotAt: 0, digests: {} },
};

/** The archive of mailboxes in memory. The directory in memory is never written down. */
export function createMemoryArchive(homeOf: (ref: MailboxRef) => MailboxHome): ArchiveStore {
  const heads = new WeakMap<MailboxData, Omit<ArchiveHead, 'exists' | 'modseq'>>();
  return {
    mailbox: (ref) => archiveOf(ref, homeOf(ref), heads),
    directory: { tables: () => [], rows: async () => [], restore: async () => 0 },
  };
}

function archiveOf(
  ref: MailboxRef,
  home: MailboxHome,
  heads: WeakMap<MailboxData, Omit<ArchiveHead, 'exists' | 'modseq'>>,
): MailboxArchive {
  const box = () => home.get();
  const live = () => [...(box()?.items.values() ?? [])].flatMap(lineOf);
  const asideOf: Record<string, (data: MailboxData) => AsideRow[]> = {
    acl: ({ acl }) =>
      [...acl.values()]
        .map(({ folderId, granteeId, rights }) => ({
          ...{ folder_id: folderId, grantee_id: granteeId, rights: writeRights(rights) },
        }))
        .sort(byJson),
    conversation_rules: ({ rules }) =>
      [...rules].map(([thread_id, folder_id]) => ({ thread_id, folder_id })).sort(byJson),
    mailbox_settings: ({ settings }) => [...settings].map(([name, value]) => ({ name, value })).sort(byJson),
  };
  return {
    ref: { ...ref },
    async head() {
      const data = box();
      const known = data === undefined ? undefined : heads.get(data);
      return { exists: data !== undefined, modseq: data?.modseq ?? 0, ...NOTHING, ...structuredClone(known) };
    },
    async advance(from, to) {
      const data = box();
      if (data === undefined || (heads.get(data)?.captured ?? null) !== from) return false;
      heads.set(data, structuredClone(to));
      return true;
    },
    async changed(after, upTo) {
      const lines: ItemLine[] = [...live(), ...removals(box())];
      return {
        lines: lines
          .filter((line) => line.modseq > after && line.modseq <= upTo)
          .sort((a, b) => a.modseq - b.modseq),
        to: upTo,
      };
    },
    async items(afterItemId, limit) {
      const lines = live()
        .filter((line) => compareText(line.itemId, afterItemId) > 0)
        .sort((a, b) => compareText(a.itemId, b.itemId))
        .slice(0, limit);
      return { lines, last: lines.length < limit ? null : (lines.at(-1)?.itemId ?? null) };
    },
    async gone(after, limit) {
      const order = (a: Pick<GoneLine, 'folderId' | 'itemId'>, b: Pick<GoneLine, 'folderId' | 'itemId'>) =>
        compareText(a.folderId, b.folderId) || compareText(a.itemId, b.itemId);
      const lines = removals(box())
        .filter((line) => after === null || order(line, after) > 0)
        .sort(order)
        .slice(0, limit);
      const last = lines.length < limit ? undefined : lines.at(-1);
      return { lines, last: last === undefined ? null : { folderId: last.folderId, itemId: last.itemId } };
    },
    present: async (itemIds) => live().filter((line) => itemIds.includes(line.itemId)),
    known: async (itemIds) => new Set(itemIds.filter((itemId) => box()?.items.has(itemId) === true)),
    tree: async () =>
      [...(box()?.folders.values() ?? [])].map(archived).sort((a, b) => compareText(a.folderId, b.folderId)),
    asideTables: () => Object.keys(asideOf),
    async asides(tables, limit) {
      const data = box();
      const read = (name: string) =>
        data === undefined ? [] : (asideOf[name]?.(data) ?? []).slice(0, limit);
      return Object.fromEntries(tables.map((name) => [name, read(name)]));
    },
    async begin(modseq) {
      const data = box() ?? home.create();
      data.modseq = Math.max(data.modseq, modseq);
    },
    async restoreTree(folders) {
      const data = box();
      if (data === undefined) return;
      const modseq = ++data.modseq;
      for (const folder of withOthers(folders, [...data.folders.values()].map(archived))) {
        const before = data.folders.get(folder.folderId);
        const fresh = { ...folder, createdModseq: modseq, contentModseq: 0 };
        data.folders.set(folder.folderId, { ...fresh, ...before, ...folder, modseq });
      }
    },
    async restoreAside(table, rows, add) {
      const data = box();
      if (table === 'acl') {
        if (!add) data?.acl.clear();
        for (const row of rows) {
          const [folderId, granteeId] = [String(row['folder_id']), String(row['grantee_id'])];
          const rights = readRights(String(row['rights']));
          data?.acl.set(JSON.stringify([folderId, granteeId]), { folderId, granteeId, rights });
        }
        return;
      }
      const [map, key, value] =
        table === 'conversation_rules'
          ? [data?.rules, 'thread_id', 'folder_id']
          : [table === 'mailbox_settings' ? data?.settings : undefined, 'name', 'value'];
      if (!add) map?.clear();
      for (const row of rows) map?.set(String(row[key]), String(row[value]));
    },
    async restoreMessages(messages) {
      const data = box();
      if (data === undefined) return;
      for (const { message, lastVerb, lastVerbAt } of messages) {
        data.items.delete(message.itemId);
        for (const [folderId, gone] of data.gone) {
          for (const [itemId, { rawKey }] of gone) if (rawKey === message.rawKey) gone.delete(itemId);
          if (data.folders.has(folderId)) gone.delete(message.itemId);
        }
        data.removed.delete(message.rawKey);
        const { folderId, ...rest } = message;
        const target = data.folders.has(folderId) ? message : { ...rest, folderRole: 'inbox' as const };
        insertMany(data, [target]);
        const entry = data.items.get(message.itemId);
        if (entry !== undefined) Object.assign(entry, { lastVerb, lastVerbAt });
      }
    },
    async restorePeople(people) {
      const data = box();
      const { folderId } = defaultFolder('recipientCache');
      if (data === undefined || people.length === 0) return;
      const modseq = ++data.modseq;
      for (const { itemId, receivedAt, dedupeKey, address, name, uses } of people) {
        const facts = { itemId, folderId, receivedAt, isRead: true, threadId: '' };
        data.items.set(itemId, {
          state: newState(modseq, { ...facts, size: 0, textSize: 0, htmlSize: 0 }),
          ...{ dedupeKey, lastVerb: 0, lastVerbAt: null, message: null },
          person: { address, name, uses },
          object: null,
        });
      }
      touch(data, folderId);
    },
    restoreObjects: async (lines) => restoreObjects(box(), lines),
    async restoreGone(gone, now) {
      const data = box();
      if (data === undefined) return;
      const ids = gone.map((line) => line.itemId).filter((id) => data.items.has(id));
      remove(data, ids, now);
      const modseq = ++data.modseq;
      for (const { itemId, folderId, rawKey, removedAt, kept } of gone) {
        goneFrom(data, folderId).set(itemId, { modseq, rawKey });
        touch(data, folderId);
        if (kept === null || rawKey === null) continue;
        const { addresses, ...rest } = structuredClone(kept);
        const note = { ...rest, itemId, rawKey, folderId, removedAt, from: addresses.from ?? [] };
        data.removed.set(rawKey, { ...note, purging: false });
      }
    },
    // Kept as it is used: nothing is counted or numbered twice.
    irregularities: async () => [],
    mend: async () => undefined,
    unreadable: async () => ({ itemIds: [], last: null }),
  };
}

function lineOf({ state, message, person, dedupeKey, lastVerb, lastVerbAt, object }: Entry): LiveLine[] {
  const { itemId, folderId, modseq, receivedAt, isRead, flag, categories, threadId, extended } =
    structuredClone(state);
  const common = { itemId, folderId, modseq, receivedAt, dedupeKey };
  if (message !== null) {
    const {
      rawKey,
      conversationIndex,
      isDraft,
      receivedAsBcc,
      verdict = null,
      importance,
    } = structuredClone(message);
    return [
      {
        ...{
          kind: 'message',
          ...common,
          rawKey,
          threadId,
          conversationIndex,
          isRead,
          isDraft,
          receivedAsBcc,
        },
        ...{ flag, categories, lastVerb, lastVerbAt, verdict, importance, ...extendedMember(extended) },
      },
    ];
  }
  if (object !== null) {
    const { kind: what, facts, toAnnounce, document } = object;
    const { sortAt: _, ...columns } = facts;
    const item = { itemId, folderId, modseq, receivedAt, isRead, flag, categories };
    return [{ kind: 'object', ...item, what, ...columns, toAnnounce, document, ...extendedMember(extended) }];
  }
  return person === null ? [] : [{ kind: 'person', ...common, ...person }];
}

function archived(folder: ArchivedFolder): ArchivedFolder {
  const { folderId, parentId, displayName, role, itemClass, extended } = folder;
  return { folderId, parentId, displayName, role, itemClass, ...extendedMember(extended) };
}

function removals(data: MailboxData | undefined): GoneLine[] {
  const lines: GoneLine[] = [];
  for (const [folderId, gone] of data?.gone ?? []) {
    if (folderId.startsWith(replacedFolder(''))) continue;
    for (const [itemId, { modseq, rawKey }] of gone) {
      // It moved, and did not go.
      if (data?.items.has(itemId)) continue;
      const note = data?.removed.get(rawKey ?? '');
      const kept = note === undefined || note.purging ? null : keptNote(note);
      lines.push({ kind: 'gone', modseq, itemId, folderId, removedAt: note?.removedAt ?? 0, rawKey, kept });
    }
  }
  return lines;
}

function keptNote(note: NonNullable<ReturnType<MailboxData['removed']['get']>>): KeptNote {
  const { receivedAt, size, subject, from, isRead, isDraft, flag, categories } = structuredClone(note);
  return { receivedAt, size, subject, addresses: { from }, isRead, isDraft, flag, categories };
}

function byJson(a: AsideRow, b: AsideRow): number {
  return compareText(JSON.stringify(a), JSON.stringify(b));
}
