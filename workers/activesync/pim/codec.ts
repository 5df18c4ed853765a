import type { WbxmlElement, WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { NewPimItem, PimItem, PimKind } from '../../../core/pim/types.ts';
import type { SyncOptions } from '../../../core/sync/options.ts';
import type { EasContext } from '../context.ts';

/** What a device says of an item, to be put over what is there. */
export interface Incoming {
  /**
   * ApplicationData. Of a Delete that names one occurrence of an event (16.x) the `AirSync:Delete` itself: this occurrence
   * is no more, the event stays.
   */
  data: WbxmlElement;
  /** null for an Add. */
  present: PimItem | null;
  itemId: string;
  folderId: string;
  /**
   * Tags (`Contacts:FirstName`) of the fields that the device manages itself: of these, what it leaves out of a Change is
   * gone; all others stay as they are (ghosting, MS-ASCMD 2.2.3.179). null: it said nothing, and then everything counts
   * that the class of the item does not ghost by itself. An empty set: also of an Add that names by its UID what the folder
   * has already (`present`), and is put over that.
   */
  supported: ReadonlySet<string> | null;
  /** Of a Change or Delete alone: one occurrence (16.x, MS-ASAIRS 2.2.2.25 InstanceId), in its compact form. */
  instanceId: string | null;
}

export type Taken =
  /** `echo`: the device does not know all of what its words became (numbers of attachments), and is told by a Change. */
  | { kind: 'item'; item: NewPimItem; announce: boolean; echo?: true }
  /** Status of the command (MS-ASCMD 2.2.3.177.17): 6 for what cannot be an item of this class. */
  | { kind: 'refused'; status: number };

/** One class of items on the wire, both ways. Nothing that a device sends makes it reject. */
export interface ItemCodec {
  kind: PimKind;
  take(context: EasContext, incoming: Incoming): Promise<Taken>;
  /** Children of ApplicationData. `whole`: an answer to Fetch, without truncation. */
  render(context: EasContext, item: PimItem, options: SyncOptions, whole: boolean): Promise<WbxmlNode[]>;
  /** What the answer to an Add says beside its status (16.x), or nothing. */
  added?(context: EasContext, item: PimItem): WbxmlNode[];
}
