import { RelayFault, within } from './fault.ts';
import { MAX_LINE, type Reply, ReplyParser } from './reply.ts';
import type { RelaySocket } from './types.ts';

const LF = 10;
const CR = 13;

/** Sees the dialogue; secrets are shown as `***`. */
export type Observer = (who: 'client' | 'server', line: string) => void;

/** Commands out, replies in. Every call has its limit of time; after a RelayFault nothing but close() is left. */
export class Wire {
  #socket: RelaySocket;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);
  #closed = false;
  readonly #observe: Observer | undefined;
  /** Number of replies so far. */
  replies = 0;

  constructor(socket: RelaySocket, observe?: Observer) {
    this.#socket = socket;
    this.#reader = socket.readable.getReader();
    this.#writer = socket.writable.getWriter();
    this.#observe = observe;
  }

  /** Sends command lines in one write. `shown`: what an observer sees of them. */
  async send(lines: readonly string[], ms: number, shown: readonly string[] = lines): Promise<void> {
    for (const line of lines) {
      // What stands in a command was checked before; this is the last door (A62).
      if (/[\r\n\0]/.test(line)) throw new RelayFault('4.5.0', 'a command with a line end in it');
    }
    for (const line of shown) this.#observe?.('client', line);
    await this.write(new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join('')), ms);
  }

  async write(bytes: Uint8Array, ms: number): Promise<void> {
    try {
      await within(this.#writer.write(bytes), ms, 'write');
    } catch (error) {
      throw faultOf(error, 'the connection was lost while sending');
    }
  }

  /** The next reply, all of it within `ms`. */
  async reply(ms: number, what: string): Promise<Reply> {
    const reply = await within(this.#readReply(), ms, what);
    this.replies++;
    return reply;
  }

  async #readReply(): Promise<Reply> {
    const parser = new ReplyParser();
    for (;;) {
      const line = await this.#readLine();
      this.#observe?.('server', line);
      const reply = parser.line(line);
      if (reply !== null) return reply;
    }
  }

  async #readLine(): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf(LF);
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end > 0 && this.#buffer[end - 1] === CR ? end - 1 : end);
        if (line.length > MAX_LINE) throw new RelayFault('4.5.0', 'a line of a reply is too long');
        this.#buffer = this.#buffer.subarray(end + 1);
        return new TextDecoder().decode(line);
      }
      if (this.#buffer.length > MAX_LINE) throw new RelayFault('4.5.0', 'a line of a reply is too long');
      let read: { done: boolean; value?: Uint8Array | undefined };
      try {
        read = await this.#reader.read();
      } catch (error) {
        throw faultOf(error, 'the connection was lost');
      }
      if (read.done || read.value === undefined) throw new RelayFault('4.4.2', 'the connection was closed');
      const joined = new Uint8Array(this.#buffer.length + read.value.length);
      joined.set(this.#buffer);
      joined.set(read.value, this.#buffer.length);
      this.#buffer = joined;
    }
  }

  /** TLS from here on. */
  async startTls(ms: number): Promise<void> {
    // What somebody put behind the reply to STARTTLS would be read as if it had come encrypted (CVE-2011-0411).
    if (this.#buffer.length > 0) throw new RelayFault('4.7.5', 'bytes in the clear after STARTTLS');
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    try {
      this.#socket = this.#socket.startTls();
      this.#reader = this.#socket.readable.getReader();
      this.#writer = this.#socket.writable.getWriter();
      await within(this.#socket.opened, ms, 'TLS handshake');
    } catch (error) {
      throw faultOf(error, 'no TLS', '4.7.5');
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // A read or a write may be waiting: closing the socket ends both.
    this.#socket.close().catch(() => undefined);
    this.#reader.cancel().catch(() => undefined);
    this.#writer.abort().catch(() => undefined);
  }
}

export function faultOf(error: unknown, what: string, status = '4.4.2'): RelayFault {
  if (error instanceof RelayFault) return error;
  return new RelayFault(status, `${what}: ${error instanceof Error ? error.message : String(error)}`);
}
