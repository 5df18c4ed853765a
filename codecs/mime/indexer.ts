import { type MimeLimits, resolveMimeLimits } from './limits.ts';
import { type Bodies, chooseBodies, markInline } from './structure/bodies.ts';
import { PROBE_BYTES, StructureScanner } from './structure/scanner.ts';
import { summarise } from './summary.ts';
import type { Degraded, MessageIndex, PartIndex } from './types.ts';

/** Large chunks are taken in slices, so that joining one to held-back bytes never copies all of it. */
const SLICE = 256 * 1024;

/**
 * Finds the parts of a message in one pass over its bytes, in linear time. What it keeps is bounded by the
 * limits and independent of the size of the message: no content is held. No content makes it throw; the index
 * does not depend on how the message is cut into chunks.
 *
 * The constructor throws RangeError on limits out of range; write() and end() throw Error after end().
 */
export class MimeIndexer {
  readonly #limits: MimeLimits;
  readonly #degraded = new Set<Degraded>();
  readonly #scanner: StructureScanner;
  /** Bytes that wait for more: the scanner stopped before them, or they are too few to be worth a scan. */
  #held = new Uint8Array(2 * PROBE_BYTES);
  #heldLength = 0;
  /** Scanning waits for this many bytes, which doubles while they do not suffice. */
  #wanted = PROBE_BYTES;
  #size = 0;
  #ended = false;

  constructor(limits: Partial<MimeLimits> = {}) {
    this.#limits = resolveMimeLimits(limits);
    this.#scanner = new StructureScanner(this.#limits, this.#degraded);
  }

  write(chunk: Uint8Array): void {
    if (this.#ended) throw new Error('the message has ended');
    this.#size += chunk.length;
    for (let at = 0; at < chunk.length; at += SLICE) this.#take(chunk.subarray(at, at + SLICE));
  }

  end(): MessageIndex {
    if (this.#ended) throw new Error('the message has ended');
    this.#ended = true;
    this.#scanner.scan(this.#held.subarray(0, this.#heldLength), true);
    const { tree, rootFields, headerEnd } = this.#scanner;
    const { parts, visible } = tree;
    showHidden(parts, visible, this.#degraded);
    const bodies = chooseBodies(parts, visible);
    showUndecodable(parts, visible, bodies, this.#degraded);
    markInline(parts, bodies.attachments);
    return {
      size: this.#size,
      headerEnd,
      headers: rootFields,
      ...summarise(rootFields, this.#limits, this.#degraded),
      parts,
      ...bodies,
      degraded: [...this.#degraded],
    };
  }

  #take(slice: Uint8Array): void {
    if (this.#heldLength === 0 && slice.length >= PROBE_BYTES) {
      const done = this.#scanner.scan(slice, false);
      this.#hold(slice.subarray(done));
      this.#wanted = Math.max(PROBE_BYTES, 2 * this.#heldLength);
      return;
    }
    this.#hold(slice);
    if (this.#heldLength < this.#wanted) return;
    const done = this.#scanner.scan(this.#held.subarray(0, this.#heldLength), false);
    this.#held.copyWithin(0, done, this.#heldLength);
    this.#heldLength -= done;
    this.#wanted = Math.max(PROBE_BYTES, 2 * this.#heldLength);
  }

  #hold(bytes: Uint8Array): void {
    if (this.#heldLength + bytes.length > this.#held.length) {
      const grown = new Uint8Array(2 * (this.#heldLength + bytes.length));
      grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength += bytes.length;
  }
}

/** A part made up to show the bytes [start, end) of `owner` as they are. */
function plainPart(
  owner: PartIndex,
  parent: number | null,
  path: string,
  start: number,
  end: number,
): PartIndex {
  return {
    path,
    parent,
    mediaType: 'text/plain',
    params: Object.create(null),
    charset: owner.charset,
    encoding: '8bit',
    disposition: null,
    name: null,
    contentId: null,
    contentLocation: null,
    description: null,
    headerStart: start,
    bodyStart: start,
    bodyEnd: end,
    decodedSize: end - start,
    depth: owner.depth + (parent === null ? 0 : 1),
    isInline: false,
  };
}

/** A multipart without any part: what it holds is text. */
function showHidden(parts: PartIndex[], visible: boolean[], degraded: Set<Degraded>): void {
  const parents = new Set(parts.map((part) => part.parent));
  for (const [index, part] of [...parts.entries()]) {
    if (!part.mediaType.startsWith('multipart/') || parents.has(index) || visible[index] !== true) continue;
    parts.push(
      plainPart(part, index, `${part.path === '' ? '' : `${part.path}.`}0`, part.bodyStart, part.bodyEnd),
    );
    visible.push(true);
    degraded.add('no-parts');
  }
}

/** Where there are bytes, there is something to see. */
function showUndecodable(
  parts: PartIndex[],
  visible: boolean[],
  bodies: Bodies,
  degraded: Set<Degraded>,
): void {
  const body = bodies.bodyText ?? bodies.bodyHtml;
  const part = body === null ? undefined : parts[body];
  if (body !== null && part !== undefined) {
    if (visible[body] !== true || part.decodedSize > 0) return;
    // The encoded bytes take the place of the part that decodes to nothing.
    parts.push({
      ...plainPart(part, part.parent, `${part.path}.0`, part.bodyStart, part.bodyEnd),
      depth: part.depth,
    });
    degraded.add('undecodable-text');
  } else {
    const root = parts[0];
    if (bodies.attachments.length > 0 || root === undefined || root.bodyStart === root.bodyEnd) return;
    // Delimiters without any part between them are all there is, or it stands outside of the parts.
    const onlyContainers = parts.every((any) => any.mediaType.startsWith('multipart/'));
    if (!onlyContainers && !visible.includes(true)) return;
    const parent = root.mediaType.startsWith('multipart/') ? 0 : null;
    parts.push(plainPart(root, parent, '0', root.bodyStart, root.bodyEnd));
    degraded.add('raw-text');
  }
  bodies.bodyText = parts.length - 1;
  bodies.bodyHtml = null;
}
