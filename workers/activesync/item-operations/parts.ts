import type { OpaqueStream } from '../../../codecs/wbxml/index.ts';

/** Content of one part of a multipart answer. */
export type Part = Uint8Array | OpaqueStream;

/** Collects the parts; part 0 is the document itself (MS-ASCMD 2.2.1.10.1). */
export class PartList {
  readonly list: Part[] = [];

  /** Adds a part and returns its number. */
  add(part: Part): number {
    this.list.push(part);
    return this.list.length;
  }
}
