import type { StreamedBytes } from '../../../codecs/soap/write.ts';
import type { ExtendedProperties, LastVerb, MessageFlag } from '../../../core/mail/types.ts';
import { attachmentIdOf, attachmentsNamed, openAttachment } from '../../../core/pim/attachments.ts';
import type { PimDocument, PimKind } from '../../../core/pim/types.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import type { Box } from '../mailboxes.ts';
import { mimeBytes } from './mime-content.ts';
import type { ItemView } from './view.ts';

/**
 * An item as ExportItems hands it out and UploadItems takes it back (MS-OXWSBTRF): opaque to clients, so that it is in a
 * form of our own. A mark, a line of JSON, the raw of a message, then the files of a document one after the other.
 */
interface TransferHead {
  v: 1;
  kind: 'message' | PimKind;
  isRead: boolean;
  flag: MessageFlag | null;
  categories: string[];
  /** Milliseconds since the epoch. */
  receivedAt: number;
  extended: ExtendedProperties;
  /** Its version when it was exported: what was changed since is other data. */
  modseq?: number;
  /** Of a message. */
  isDraft: boolean;
  lastVerb: LastVerb;
  lastVerbAt: number | null;
  /** Bytes of the raw that follows; 0 for what is no message. */
  rawSize: number;
  /** Of what is no message. */
  document: PimDocument | null;
  /** Files that the document names, in the order in which they follow. */
  files: { id: string; size: number }[];
}

export interface Transferred {
  head: TransferHead;
  raw: Uint8Array;
  files: { id: string; bytes: Uint8Array }[];
}

const MARK = 'waypost-item-1\n';
const MAX_HEAD = 1024 * 1024;
const KINDS: readonly string[] = ['message', 'event', 'contact', 'task', 'note', 'sms'];

/** An item as bytes that are read while they are sent. */
export async function packItem(view: ItemView, context: EwsContext): Promise<StreamedBytes> {
  const { state, message, pim, box } = view;
  const files = pim === null ? [] : filesOf(pim.document);
  const head: TransferHead = {
    ...{ v: 1, kind: message === null ? (pim?.kind ?? 'contact') : 'message' },
    ...{ isRead: state.isRead, flag: state.flag, categories: state.categories },
    ...{ receivedAt: state.receivedAt, extended: view.extended },
    modseq: state.modseq,
    isDraft: message?.isDraft ?? false,
    lastVerb: message?.lastVerb ?? 0,
    lastVerbAt: message?.lastVerbAt ?? null,
    rawSize: message?.size ?? 0,
    document: message === null ? (pim?.document ?? null) : null,
    files,
  };
  const raw = message === null ? null : await mimeBytes(view, context);
  const text = new TextEncoder().encode(`${MARK}${JSON.stringify(head)}\n`);
  return {
    async open() {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      void pump(text, raw, files, box, state.itemId, context, writable);
      return readable;
    },
  };
}

/** Files with the sizes that the links say. */
function filesOf(document: PimDocument): TransferHead['files'] {
  const sizes = new Map<string, number>();
  const open: object[] = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const { href, size } = value as { href?: unknown; size?: unknown };
    const id = typeof href === 'string' ? attachmentIdOf({ href }) : null;
    if (id !== null && typeof size === 'number') sizes.set(id, size);
    for (const one of Object.values(value)) if (typeof one === 'object' && one !== null) open.push(one);
  }
  return [...attachmentsNamed(document)].flatMap((id) => {
    const size = sizes.get(id);
    return size === undefined ? [] : [{ id, size }];
  });
}

async function pump(
  head: Uint8Array,
  raw: StreamedBytes | null,
  files: TransferHead['files'],
  box: Box,
  itemId: string,
  { services }: EwsContext,
  to: WritableStream<Uint8Array>,
): Promise<void> {
  try {
    const writer = to.getWriter();
    await writer.write(head);
    writer.releaseLock();
    if (raw !== null) await (await raw.open()).pipeTo(to, { preventClose: true });
    for (const { id, size } of files) {
      const place = { ...box.ref, itemId, attachmentId: id };
      const stream = await openAttachment(services.objects, place, { start: 0, end: size });
      if (stream === null) throw new Error('a file of an item is gone');
      await stream.pipeTo(to, { preventClose: true });
    }
    await to.close();
  } catch (error) {
    // Half an item must not look like a whole one.
    await to.abort(error).catch(() => undefined);
  }
}

/** What was packed. @throws EwsError ErrorCorruptData for anything else */
export function unpackItem(bytes: Uint8Array): Transferred {
  const mark = new TextDecoder().decode(bytes.subarray(0, MARK.length));
  const end = bytes.indexOf(10, MARK.length);
  if (mark !== MARK || end < 0 || end > MAX_HEAD) throw corrupt();
  const head = headOf(new TextDecoder().decode(bytes.subarray(MARK.length, end)));
  let at = end + 1;
  const take = (size: number) => {
    if (at + size > bytes.length) throw corrupt();
    at += size;
    return bytes.subarray(at - size, at);
  };
  const raw = take(head.rawSize);
  const files = head.files.map(({ id, size }) => ({ id, bytes: take(size) }));
  return { head, raw, files };
}

function headOf(text: string): TransferHead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw corrupt();
  }
  if (!isHead(value)) throw corrupt();
  return value;
}

function isHead(value: unknown): value is TransferHead {
  if (typeof value !== 'object' || value === null) return false;
  const head = value as Record<keyof TransferHead, unknown>;
  const whole = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  const sound =
    head.v === 1 &&
    KINDS.includes(String(head.kind)) &&
    whole(head.rawSize) &&
    Number.isFinite(head.receivedAt) &&
    typeof head.isRead === 'boolean' &&
    typeof head.isDraft === 'boolean' &&
    Array.isArray(head.categories) &&
    head.categories.every((one) => typeof one === 'string') &&
    [0, 1, 2, 3].includes(Number(head.lastVerb)) &&
    typeof head.extended === 'object' &&
    head.extended !== null &&
    Array.isArray(head.files) &&
    head.files.every((one: unknown) => isFile(one, whole));
  if (!sound) return false;
  return head.kind === 'message' || (typeof head.document === 'object' && head.document !== null);
}

function isFile(value: unknown, whole: (n: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { id, size } = value as { id?: unknown; size?: unknown };
  return typeof id === 'string' && /^[0-9A-Za-z_-]{1,64}$/.test(id) && whole(size);
}

function corrupt(): EwsError {
  return new EwsError('ErrorCorruptData', 'The data is not that of an exported item.');
}
