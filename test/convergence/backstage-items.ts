import { pimFacts } from '../../core/pim/facts.ts';
import type { NewPimItem, PimItem } from '../../core/pim/types.ts';
import type { ItemChange, MailboxStore } from '../../core/ports/mail.ts';
import type { Act, TrueOther } from './backstage-wire.ts';

const MANY = 2_000;

/** Everything of a mailbox that is no message, wherever it lies. */
export async function othersOf(mailbox: MailboxStore): Promise<TrueOther[]> {
  const folders = (await mailbox.folders()).filter((f) => f.contentModseq > 0);
  const lists = await Promise.all(folders.map((f) => mailbox.pimPage(f.folderId, '', MANY)));
  return lists.flat().map((item) => {
    const { itemId, folderId, kind, receivedAt, size, document } = item;
    return {
      ...{ itemId, folderId, kind, receivedAt, size, subject: subjectOf(item), body: bodyOf(item) },
      categories: Object.keys(document.keywords ?? {}),
      done: document['@type'] === 'Task' && document.progress === 'completed',
      weekly: document['@type'] === 'Event' && (document.recurrenceRules ?? []).length > 0,
    };
  });
}

function subjectOf({ document }: PimItem): string {
  if (document['@type'] !== 'Card') return ('title' in document ? document.title : '') ?? '';
  return document.name?.components?.find((c) => c.kind === 'surname')?.value ?? '';
}

function bodyOf({ document }: PimItem): string {
  switch (document['@type']) {
    case 'Card':
      return Object.values(document.notes ?? {})[0]?.note ?? '';
    case 'Note':
    case 'TextMessage':
      return document.body;
    default:
      return document.description ?? '';
  }
}

/** What the webmail does with one item of a mailbox. */
export async function changeItem(
  mailbox: MailboxStore,
  item: PimItem,
  { what, value }: Act,
  to: string,
  now: number,
): Promise<ItemChange[]> {
  const { itemId } = item;
  if (what === 'removeItem') return mailbox.remove([itemId], now);
  if (what === 'moveItem') return mailbox.move([itemId], to);
  const { outcome, folderId, modseq } = await mailbox.putItem(changed(item, what, value, now));
  return [{ itemId, folderId, modseq, outcome: outcome === 'changed' ? 'changed' : 'unchanged' }];
}

function changed(item: PimItem, what: Act['what'], value: number, now: number): NewPimItem {
  const { itemId, folderId } = item;
  const at = new Date(Math.floor(now / 1000) * 1000).toISOString().replace('.000', '');
  const keywords = { [`Webmail ${value % 3}`]: true as const };
  const body = `Web ${value}`;
  const place = { itemId, folderId };
  const words = what === 'touchItem' ? { keywords } : {};
  switch (item.kind) {
    case 'note': {
      const text = what === 'touchItem' ? {} : { body, bodyContentType: 'text/plain' as const };
      const document = { ...item.document, ...words, ...text, updated: at };
      return { ...place, kind: 'note', document, facts: pimFacts('note', document, now) };
    }
    case 'contact': {
      const text = what === 'touchItem' ? {} : { notes: { note: { note: body } } };
      const document = { ...item.document, ...words, ...text, updated: at };
      return { ...place, kind: 'contact', document, facts: pimFacts('contact', document, now) };
    }
    case 'event': {
      const text =
        what === 'touchItem' ? {} : { description: body, descriptionContentType: 'text/plain' as const };
      const document = { ...item.document, ...words, ...text, updated: at };
      return { ...place, kind: 'event', document, facts: pimFacts('event', document, now) };
    }
    case 'task': {
      const text =
        what === 'touchItem' ? {} : { description: body, descriptionContentType: 'text/plain' as const };
      const done = value % 5 === 0 ? { progress: 'completed' as const, progressUpdated: at } : {};
      const document = { ...item.document, ...words, ...text, ...done, updated: at };
      return { ...place, kind: 'task', document, facts: pimFacts('task', document, now) };
    }
    case 'sms': {
      const document = { ...item.document, body };
      return { ...place, kind: 'sms', document, facts: pimFacts('sms', document, now) };
    }
  }
}
