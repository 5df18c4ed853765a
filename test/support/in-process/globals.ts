/** Globals of a Worker that Node lacks, put in place once. */
import { createSocketPair } from './sockets.ts';

const lengths = new WeakMap<ReadableStream, number>();

/** Length of a stream that says it beforehand. */
export function lengthOf(stream: ReadableStream): number | undefined {
  return lengths.get(stream);
}

/** Fails unless exactly as many bytes go through as were announced. */
class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(expected: number | bigint) {
    const length = Number(expected);
    let seen = 0;
    super({
      transform(chunk, controller) {
        seen += chunk.byteLength;
        if (seen > length)
          throw new TypeError('Attempt to write too many bytes through a FixedLengthStream.');
        // The writer may use its buffer again afterwards.
        controller.enqueue(chunk.slice());
      },
      flush() {
        if (seen < length)
          throw new TypeError('FixedLengthStream did not see all expected bytes before close().');
      },
    });
    lengths.set(this.readable, length);
  }
}

/** `Response` that also takes status 101 with the client's end of a WebSocketPair. */
function withUpgrade(base: typeof Response): typeof Response {
  return new Proxy(base, {
    construct(target, [body, init], newTarget) {
      const given = (init ?? {}) as ResponseInit & { webSocket?: unknown };
      const { webSocket = null, status, statusText, headers } = given;
      // Read one by one: another Response may be given, whose values are not its own properties.
      const rest = Object.fromEntries(
        Object.entries({ status, statusText, headers }).filter(([, value]) => value !== undefined),
      );
      const upgrade = status === 101;
      if (upgrade && webSocket === null) {
        throw new RangeError('Responses with status 101 must have a webSocket.');
      }
      const made: Response = Reflect.construct(
        target,
        [body, upgrade ? { ...rest, status: 200 } : rest],
        newTarget,
      );
      if (upgrade) Object.defineProperty(made, 'status', { value: 101 });
      return Object.defineProperty(made, 'webSocket', { value: webSocket });
    },
  });
}

function WebSocketPair(): object {
  return createSocketPair();
}

let installed = false;

export function installGlobals(): void {
  if (installed) return;
  installed = true;
  Object.assign(globalThis, { FixedLengthStream, WebSocketPair, Response: withUpgrade(Response) });
}
