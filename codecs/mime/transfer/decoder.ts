/**
 * Incremental decoder of one transfer encoding. With `out` null nothing is written and only the length is
 * counted; the sum of all results is the same either way, however the input is cut into pieces.
 */
export interface TransferDecoder {
  /** Most bytes that one decode() of `length` bytes, or finish() with length 0, can give. */
  bound(length: number): number;
  /** Decodes input[from, to) into `out` at `at`; returns the number of bytes given. */
  decode(input: Uint8Array, from: number, to: number, out: Uint8Array | null, at: number): number;
  /** What is still held back when the input ends. */
  finish(out: Uint8Array | null, at: number): number;
}
