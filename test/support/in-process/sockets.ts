import { deserialize, serialize } from 'node:v8';

type Frame =
  | { kind: 'message'; data: string | ArrayBuffer }
  | { kind: 'close'; code: number; reason: string };

/** Where the frames of a hibernating socket go: to the object, which may have to be started for them. */
export type Receiver = (socket: Socket, frame: Frame) => void;

const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
/** Bytes that an attachment may have. */
const MOST_ATTACHED = 16_384;

/** One end of a WebSocketPair. What is sent waits until the other end is accepted. */
export class Socket extends EventTarget {
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readyState: number = OPEN;
  #peer: Socket = this;
  #accepted: 'no' | 'here' | Receiver = 'no';
  #waiting: Frame[] = [];
  #attachment: Buffer | null = null;

  /** Ties two ends together. */
  static join(one: Socket, other: Socket): void {
    one.#peer = other;
    other.#peer = one;
  }

  accept(): void {
    if (typeof this.#accepted === 'function') {
      throw new TypeError('This WebSocket has been accepted with acceptWebSocket().');
    }
    this.#begin('here');
  }

  hibernate(receiver: Receiver): void {
    if (this.#accepted !== 'no') throw new TypeError('This WebSocket has already been accepted.');
    this.#begin(receiver);
  }

  send(data: string | ArrayBuffer): void {
    if (this.#accepted === 'no') throw new TypeError('You must call accept() before sending.');
    if (this.readyState !== OPEN) throw new TypeError("Can't call WebSocket send() after close().");
    this.#peer.#arrives({ kind: 'message', data });
  }

  close(code = 1000, reason = ''): void {
    if (this.#accepted === 'no') throw new TypeError('You must call accept() before closing.');
    if (this.readyState !== OPEN) return;
    const unheard = this.#peer.#accepted === 'no';
    // The runtime answers for the other end; one that nobody has taken up is as good as gone.
    this.readyState = unheard ? CLOSED : CLOSING;
    this.#peer.#arrives({ kind: 'close', code, reason });
  }

  serializeAttachment(value: unknown): void {
    const bytes = serialize(value);
    if (bytes.length > MOST_ATTACHED) throw new Error('the attachment is too large');
    this.#attachment = bytes;
  }

  deserializeAttachment(): unknown {
    return this.#attachment === null ? null : deserialize(this.#attachment);
  }

  #begin(how: 'here' | Receiver): void {
    this.#accepted = how;
    for (const frame of this.#waiting.splice(0)) this.#arrives(frame);
  }

  #arrives(frame: Frame): void {
    if (this.#accepted === 'no') this.#waiting.push(frame);
    else setImmediate(() => this.#take(frame));
  }

  #take(frame: Frame): void {
    if (this.readyState === CLOSED) return;
    if (frame.kind === 'close') {
      const first = this.readyState === OPEN;
      this.readyState = CLOSED;
      if (first) this.#peer.#arrives(frame);
    }
    if (typeof this.#accepted === 'function') this.#accepted(this, frame);
    else if (frame.kind === 'message') this.dispatchEvent(new MessageEvent('message', { data: frame.data }));
    else {
      const { code, reason } = frame;
      this.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean: true }));
    }
  }
}

export function createSocketPair(): { 0: Socket; 1: Socket } {
  const pair = { 0: new Socket(), 1: new Socket() };
  Socket.join(pair[0], pair[1]);
  return pair;
}
