import { encodeName } from './names.ts';
import { type RecordType, TYPE_NUMBERS } from './types.ts';

/** A record for `encodeResponse`; `data` is its content in wire form. */
export interface WireRecord {
  name: string;
  type: RecordType;
  ttl: number;
  data: Uint8Array;
}

export interface WireResponse {
  rcode?: number;
  question: { name: string; type: RecordType };
  answers?: WireRecord[];
  authority?: WireRecord[];
}

/** An answer as a server writes it, without compression. */
export function encodeResponse({
  rcode = 0,
  question,
  answers = [],
  authority = [],
}: WireResponse): Uint8Array {
  return bytes(
    [0, 0, 0x81, 0x80 | rcode, 0, 1],
    short(answers.length),
    short(authority.length),
    [0, 0],
    encodeName(question.name),
    short(TYPE_NUMBERS[question.type]),
    short(1),
    ...[...answers, ...authority].map(encodeRecord),
  );
}

function encodeRecord({ name, type, ttl, data }: WireRecord): Uint8Array {
  return bytes(
    encodeName(name),
    short(TYPE_NUMBERS[type]),
    short(1),
    [ttl >>> 24, (ttl >> 16) & 255, (ttl >> 8) & 255, ttl & 255],
    short(data.length),
    data,
  );
}

/** Content of a TXT record, in strings of at most 255 bytes. */
export function textData(value: string): Uint8Array {
  const all = new TextEncoder().encode(value);
  const strings: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < all.length; at += 255) {
    const part = all.subarray(at, at + 255);
    strings.push(bytes([part.length], part));
  }
  return bytes(...strings);
}

export function mxData(priority: number, exchange: string): Uint8Array {
  return bytes(short(priority), encodeName(exchange));
}

/** As text: priority, weight, port, target. */
export function srvData(value: string): Uint8Array {
  const [priority, weight, port, target = ''] = value.split(' ');
  return bytes(short(Number(priority)), short(Number(weight)), short(Number(port)), encodeName(target));
}

export function nameData(name: string): Uint8Array {
  return encodeName(name);
}

export function soaData(minimum: number): Uint8Array {
  const name = encodeName('ns.test');
  return bytes(name, name, new Uint8Array(16), [0, 0], short(minimum));
}

function short(value: number): number[] {
  return [value >> 8, value & 255];
}

function bytes(...parts: ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}
