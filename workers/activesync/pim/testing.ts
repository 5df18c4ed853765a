import {
  decodeWbxml,
  el,
  encodeWbxml,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { NewPimItem, PimItem } from '../../../core/pim/types.ts';
import { DEFAULT_OPTIONS, type SyncOptions } from '../../../core/sync/options.ts';
import type { EasContext } from '../context.ts';
import type { Version } from '../http/versions.ts';
import type { ItemCodec } from './codec.ts';

/** One class of items as a device of a version meets it; the bytes of WBXML lie in between. */
export function codecWorld(codec: ItemCodec, version: Version = '16.1') {
  const clock = { now: Date.UTC(2026, 10, 21, 12) };
  const context = { services: { now: () => clock.now }, version } as unknown as EasContext;

  const wire = (nodes: readonly (WbxmlNode | null)[]): WbxmlElement =>
    decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', ...nodes), { version }));

  /** The item that comes of an Add, or of a Change of `present`; the status when it is refused. */
  async function take(
    nodes: readonly (WbxmlNode | null)[],
    present: NewPimItem | null = null,
    supported: readonly string[] | null = null,
  ): Promise<NewPimItem | number> {
    const taken = await codec.take(context, {
      data: wire(nodes),
      present: present === null ? null : (present as unknown as PimItem),
      ...{ itemId: 'item-1', folderId: 'folder-1', instanceId: null },
      supported: supported === null ? null : new Set(supported),
    });
    return taken.kind === 'item' ? taken.item : taken.status;
  }

  async function taken(...args: Parameters<typeof take>): Promise<NewPimItem> {
    const item = await take(...args);
    if (typeof item === 'number') throw new Error(`refused with status ${item}`);
    return item;
  }

  async function render(item: NewPimItem, options: Partial<SyncOptions> = {}): Promise<WbxmlNode[]> {
    return codec.render(context, item as unknown as PimItem, { ...DEFAULT_OPTIONS, ...options }, false);
  }

  /** What the device reads of an item: texts by tag; containers as such. */
  async function shown(item: NewPimItem, options: Partial<SyncOptions> = {}): Promise<Shown> {
    return readAll(wire(await render(item, options)));
  }

  return { clock, take, taken, render, shown };
}

export interface Shown {
  [tag: string]: string | Shown | string[];
}

function readAll(element: WbxmlElement): Shown {
  const out: Shown = {};
  for (const one of element.children) {
    const name = one.tag.replace(/^(?:Tasks|Notes|Email|AirSyncBase):/, '');
    const list = one.children.length > 0 && one.children.every((c) => c.tag === one.children[0]?.tag);
    if (list && name === 'Categories') out[name] = one.children.map((c) => c.text);
    else out[name] = one.children.length > 0 ? readAll(one) : one.text;
  }
  return out;
}

/** `body(1, 'text')`: AirSyncBase:Body as a device sends it. */
export function body(type: number, data: string): WbxmlNode {
  return el('AirSyncBase:Body', el('AirSyncBase:Type', type), el('AirSyncBase:Data', data));
}
