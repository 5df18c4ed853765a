import { ByteReader } from '../../../codecs/streams/index.ts';
import type { OpaqueStream } from '../../../codecs/wbxml/index.ts';

type Piece = Uint8Array | ReadableStream<Uint8Array> | OpaqueStream;

/**
 * Writes pieces one after the other, each opened when its turn comes, and closes the sink. A source that fails midway
 * breaks the connection: the client sees a cut answer, never a wrong one. Never fails itself.
 */
export async function send(pieces: Piece[], sink: WritableStream<Uint8Array>): Promise<void> {
  const writer = sink.getWriter();
  let reader: ByteReader | null = null;
  try {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) {
        await writer.write(piece);
        continue;
      }
      reader = new ByteReader(await open(piece));
      // Over when its bytes have been taken: only then may the reader use its buffer again.
      for (let bytes = await reader.read(); bytes !== null; bytes = await reader.read()) {
        await writer.write(bytes);
      }
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([reader?.cancel(error), writer.abort(error)]);
  }
}

async function open(piece: ReadableStream<Uint8Array> | OpaqueStream): Promise<ReadableStream<Uint8Array>> {
  if (piece instanceof ReadableStream) return piece;
  return typeof piece.stream === 'function' ? piece.stream() : piece.stream;
}
