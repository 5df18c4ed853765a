/** Streams of bytes through buffers that are used again. */
export { ByteReader } from './byte-reader.ts';
export { type ByteSource, byteStream } from './byte-stream.ts';
export { type ByteTransform, transformBytes } from './transform-bytes.ts';
