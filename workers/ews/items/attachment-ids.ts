/**
 * Names of the files of a message in ids. Parts of a message are numbered, and numbered anew when a file comes or goes;
 * what a client was told must stay good, so that a message which was changed here keeps the names beside it.
 */
import type { Message, MessagePart } from '../../../core/mail/types.ts';
import type { ItemView, StoredProperty } from './view.ts';

/** Key of the names among what is stored with an item; no client can name it. */
export const NAMES_KEY = 'ews:attachments';

type Named = Pick<ItemView, 'message' | 'extended'>;

/** Name of each of `message.attachments`, in their order. */
export function attachmentNames({ message, extended }: Named): string[] {
  if (message === null) return [];
  const stored = extended[NAMES_KEY]?.value;
  const [rawKey, ...names] = Array.isArray(stored) ? stored : [];
  // Somebody else changed the message since: its parts are all there is to name.
  const ours = rawKey === message.rawKey && names.length === message.attachments.length;
  return ours ? names : message.attachments.map((part) => String(part.partNo));
}

/** The part that a name stands for, or null. */
export function attachmentNamed(view: Named, name: string): MessagePart | null {
  const at = attachmentNames(view).indexOf(name);
  return at < 0 ? null : (view.message?.attachments[at] ?? null);
}

/** What is stored for a message whose files have these names. */
export function storedNames(rawKey: string, names: readonly string[]): StoredProperty {
  return { type: 'StringArray', value: [rawKey, ...names] };
}

/**
 * Names after a change: those that stay keep theirs. Files that the body shows come before the others, each kind in its
 * order and the new ones last (core/mail/authoring).
 */
export function namesAfter(
  before: { view: Named; dropped: readonly number[] } | null,
  added: readonly { isInline: boolean; name: string }[],
  after: Pick<Message, 'attachments'>,
): string[] {
  const old = before?.view.message?.attachments ?? [];
  const names = before === null ? [] : attachmentNames(before.view);
  const left = (inline: boolean) => [
    ...old.flatMap((part, i) =>
      part.isInline === inline && !before?.dropped.includes(part.partNo) ? (names[i] ?? []) : [],
    ),
    ...added.flatMap((file) => (file.isInline === inline ? [file.name] : [])),
  ];
  const inline = left(true);
  const files = left(false);
  return after.attachments.map((part) => (part.isInline ? inline : files).shift() ?? String(part.partNo));
}
