import { must } from './errors.ts';

const RULE = 'MS-ASCMD 2.2.1.10.1.2';

/**
 * The parts of a multipart answer: a count, then offset and length of each part (32-bit, little-endian), then
 * the parts. The first is the WBXML document.
 */
export function parseMultipart(body: Uint8Array): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  must(body.length >= 4, RULE, 'the multipart answer is shorter than its count');
  const count = view.getInt32(0, true);
  const head = 4 + count * 8;
  must(
    count >= 1 && head <= body.length,
    RULE,
    `a multipart answer of ${count} parts in ${body.length} bytes`,
  );
  const parts: Uint8Array[] = [];
  let end = head;
  for (let i = 0; i < count; i++) {
    const offset = view.getInt32(4 + i * 8, true);
    const length = view.getInt32(8 + i * 8, true);
    must(
      offset === end && length >= 0,
      RULE,
      `part ${i} begins at ${offset}, the one before it ends at ${end}`,
    );
    must(offset + length <= body.length, RULE, `part ${i} ends behind the answer`);
    parts.push(body.subarray(offset, offset + length));
    end = offset + length;
  }
  must(end === body.length, RULE, `${body.length - end} bytes behind the last part`);
  return parts;
}
