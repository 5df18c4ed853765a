import type { ItemState } from '../mail/types.ts';

/** Form in which a device wants bodies (AirSyncBase:BodyPreference, MS-ASAIRS 2.2.2.12). */
export interface BodyPreference {
  /** 1 plain text, 2 HTML, 3 RTF, 4 MIME. */
  type: 1 | 2 | 3 | 4;
  /** Bytes; null means the whole body. */
  truncationSize: number | null;
  allOrNone: boolean;
  /** Characters of preview text wanted, 0 for none. */
  preview: number;
}

/** Form in which a device wants the part of a message that is not quoted (MS-ASAIRS 2.2.2.11): always HTML. */
export interface BodyPartPreference extends Omit<BodyPreference, 'type'> {
  type: 2;
}

/** Options of a collection (MS-ASCMD 2.2.3.125.5). They stay in force until the device sends others. */
export interface SyncOptions {
  filterType: number;
  bodies: BodyPreference[];
  /** 0 never MIME, 1 for S/MIME messages, 2 for all (MS-ASCMD 2.2.3.110.3); null when the device said nothing. */
  mimeSupport: 0 | 1 | 2 | null;
  bodyParts: BodyPartPreference[];
  /** Bytes at which MIME data is cut (MS-ASCMD 2.2.3.111); null for no limit. */
  mimeTruncation: number | null;
  /** Whole conversations around the FilterType window (MS-ASCMD 2.2.3.37.2). */
  conversationMode: boolean;
  /** Most items of the recipient information cache that the device takes (MS-ASCMD 2.2.3.104); null for all. */
  maxItems: number | null;
  /** The messages of a folder of mail; false for a device that asks for its text messages alone. */
  mail: boolean;
  /** The text messages of a folder of mail (MS-ASMS), for a device that asks for them; null for none. */
  sms: { filterType: number; bodies: BodyPreference[] } | null;
  /** Who wins when device and server changed the same (MS-ASCMD 2.2.3.34). */
  conflict: 'client' | 'server';
}

export const DEFAULT_OPTIONS: SyncOptions = {
  filterType: 0,
  bodies: [],
  mimeSupport: null,
  bodyParts: [],
  mimeTruncation: null,
  conversationMode: false,
  maxItems: null,
  mail: true,
  sms: null,
  conflict: 'server',
};

/** Whether both say the same of which items are meant. */
export function sameWindow(a: SyncOptions, b: SyncOptions): boolean {
  const window = ({ filterType, conversationMode, mail, sms }: SyncOptions) =>
    JSON.stringify([filterType, conversationMode, mail, sms?.filterType ?? null]);
  return window(a) === window(b);
}

/** Bytes that an item costs in a reply under these options, as far as its sizes tell. */
export function itemBytes(
  item: Pick<ItemState, 'kind' | 'size' | 'textSize' | 'htmlSize'>,
  options: SyncOptions,
): number {
  return item.kind === 'message' ? bodyBytes(item, options) : item.size;
}

/** Bytes that the body of a message costs in a reply under these options, as far as its sizes tell. */
function bodyBytes(item: { size: number; textSize: number; htmlSize: number }, options: SyncOptions): number {
  const wanted = options.bodies.filter(
    (b) => b.type !== 4 || (options.mimeSupport ?? 0) > 0 || options.bodies.length === 1,
  );
  let cost = 0;
  for (const body of wanted.length > 0 ? wanted : [{ type: 1, truncationSize: null }]) {
    const whole =
      body.type === 4 ? item.size : body.type === 2 ? item.htmlSize || item.textSize : item.textSize;
    cost = Math.max(cost, body.truncationSize === null ? whole : Math.min(whole, body.truncationSize));
  }
  return cost;
}
