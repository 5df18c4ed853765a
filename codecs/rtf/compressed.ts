const HEADER_BYTES = 16;
/** COMPTYPE of a container whose content is not compressed (MS-OXRTFCP 2.1.3.1.4). */
const UNCOMPRESSED = 0x414c_454d;

/**
 * RTF in the container of MS-OXRTFCP 2.1.3.1, stored uncompressed: COMPSIZE (bytes after itself), RAWSIZE, COMPTYPE,
 * CRC 0, all 32 bits little-endian, then the document.
 */
export function rtfContainer(rtf: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + rtf.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, rtf.length + HEADER_BYTES - 4, true);
  view.setUint32(4, rtf.length, true);
  view.setUint32(8, UNCOMPRESSED, true);
  out.set(rtf, HEADER_BYTES);
  return out;
}
