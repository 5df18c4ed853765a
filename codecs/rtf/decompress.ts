/** COMPTYPE (MS-OXRTFCP 2.1.3.1.3). */
const COMPRESSED = 0x7546_5a4c;
const UNCOMPRESSED = 0x414c_454d;
const HEADER_BYTES = 16;
const WINDOW = 4096;
/** A few bytes can stand for many: what unpacks to more than this is no text that a device writes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What the dictionary begins with (MS-OXRTFCP 2.1.2.1). */
const INITIAL =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor ' +
  'MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par ' +
  '\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';

/**
 * The RTF document in a container of MS-OXRTFCP, compressed or not, or the bytes themselves when they are a document
 * already. null when they are neither, end too early, or are more than 4 MB.
 */
export function rtfDocument(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length === 0) return bytes;
  if (startsLikeRtf(bytes)) return bytes.length > MAX_BYTES ? null : bytes;
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(4, true);
  const type = view.getUint32(8, true);
  if (size > MAX_BYTES) return null;
  const content = bytes.subarray(HEADER_BYTES);
  if (type === UNCOMPRESSED) return content.length < size ? null : content.subarray(0, size);
  return type === COMPRESSED ? unpack(content, size) : null;
}

function startsLikeRtf(bytes: Uint8Array): boolean {
  return ['{', '\\', 'r', 't', 'f'].every((letter, n) => bytes[n] === letter.charCodeAt(0));
}

/** MS-OXRTFCP 2.2.3.1: control bytes, each for eight runs that are a literal or a reference into the dictionary. */
function unpack(content: Uint8Array, size: number): Uint8Array | null {
  const dictionary = new Uint8Array(WINDOW);
  dictionary.set(new TextEncoder().encode(INITIAL));
  let write = INITIAL.length;
  const out = new Uint8Array(size);
  let length = 0;
  const emit = (byte: number) => {
    dictionary[write] = byte;
    write = (write + 1) % WINDOW;
    if (length < size) out[length++] = byte;
  };
  for (let at = 0; at < content.length; ) {
    const control = content[at++] ?? 0;
    for (let bit = 0; bit < 8; bit++) {
      if ((control & (1 << bit)) === 0) {
        const literal = content[at++];
        if (literal === undefined) return length === size ? out : null;
        emit(literal);
        continue;
      }
      const high = content[at++];
      const low = content[at++];
      if (high === undefined || low === undefined) return null;
      let from = (high << 4) | (low >> 4);
      // A reference to where the next byte goes is the end (2.2.3.1).
      if (from === write) return length === size ? out : null;
      for (let n = (low & 0x0f) + 2; n > 0; n--) {
        emit(dictionary[from] ?? 0);
        from = (from + 1) % WINDOW;
      }
    }
  }
  return length === size ? out : null;
}
