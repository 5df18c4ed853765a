import { encodeName, readName } from './names.ts';
import { DnsFormatError, type DnsRecord, type DnsResponse, type RecordType, TYPE_NUMBERS } from './types.ts';

const CLASS_IN = 1;
const HEADER = 12;
/** A message of 64 KiB has room for thousands of records; nobody needs as many of one name. */
const MAX_RECORDS = 500;

const TYPE_NAMES = new Map<number, RecordType>(
  (Object.entries(TYPE_NUMBERS) as [RecordType, number][]).map(([name, number]) => [number, name]),
);
const utf8 = new TextDecoder();

/**
 * A question to a resolver (RFC 1035 4.1). Its id is 0, so that equal questions are equal bytes (RFC 8484 4.1).
 * Throws DnsFormatError for a name that cannot be asked for.
 */
export function encodeQuery(name: string, type: RecordType): Uint8Array {
  const wire = encodeName(name);
  const out = new Uint8Array(HEADER + wire.length + 4);
  const view = new DataView(out.buffer);
  // Recursion desired.
  view.setUint16(2, 0x0100);
  view.setUint16(4, 1);
  out.set(wire, HEADER);
  view.setUint16(HEADER + wire.length, TYPE_NUMBERS[type]);
  view.setUint16(HEADER + wire.length + 2, CLASS_IN);
  return out;
}

/** Reads an answer. Records of other types and classes are left out. Throws DnsFormatError. */
export function decodeResponse(data: Uint8Array): DnsResponse {
  if (data.length < HEADER) throw new DnsFormatError('the message is too short');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const flags = view.getUint16(2);
  if ((flags & 0x8000) === 0) throw new DnsFormatError('the message is no answer');
  if ((flags & 0x0200) !== 0) throw new DnsFormatError('the answer was cut off');
  if (view.getUint16(4) !== 1) throw new DnsFormatError('the answer has not one question');
  const question = readName(data, HEADER);
  if (question.end + 4 > data.length) throw new DnsFormatError('the question is cut off');
  const type = view.getUint16(question.end);
  const answers = readRecords(data, question.end + 4, view.getUint16(6));
  const authority = readRecords(data, answers.end, view.getUint16(8));
  return {
    rcode: flags & 0x0f,
    question: { name: question.name, type },
    answers: answers.records,
    authority: authority.records,
  };
}

function readRecords(data: Uint8Array, start: number, count: number): { records: DnsRecord[]; end: number } {
  if (count > MAX_RECORDS) throw new DnsFormatError('the answer has too many records');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const records: DnsRecord[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const { name, end } = readName(data, at);
    if (end + 10 > data.length) throw new DnsFormatError('a record is cut off');
    const type = TYPE_NAMES.get(view.getUint16(end));
    const classNumber = view.getUint16(end + 2);
    // RFC 2181 8: a TTL with its first bit set is 0.
    const seconds = view.getUint32(end + 4);
    const from = end + 10;
    at = from + view.getUint16(end + 8);
    if (at > data.length) throw new DnsFormatError('a record is cut off');
    if (type === undefined || classNumber !== CLASS_IN) continue;
    records.push({ name, ttl: seconds > 0x7fffffff ? 0 : seconds, ...readValue(data, type, from, at) });
  }
  return { records, end: at };
}

type Value = DnsRecord extends infer R ? (R extends DnsRecord ? Omit<R, 'name' | 'ttl'> : never) : never;

function readValue(data: Uint8Array, type: RecordType, from: number, to: number): Value {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const need = (size: number) => {
    if (to - from < size) throw new DnsFormatError(`a ${type} record is too short`);
  };
  switch (type) {
    case 'A':
      need(4);
      return { type, value: data.subarray(from, from + 4).join('.') };
    case 'AAAA':
      need(16);
      return {
        type,
        value: Array.from({ length: 8 }, (_, i) => view.getUint16(from + 2 * i).toString(16)).join(':'),
      };
    case 'MX':
      need(3);
      return { type, priority: view.getUint16(from), exchange: readName(data, from + 2).name };
    case 'SRV': {
      need(7);
      const [priority, weight, port] = [0, 2, 4].map((at) => view.getUint16(from + at));
      return { type, value: `${priority} ${weight} ${port} ${readName(data, from + 6).name}` };
    }
    case 'TXT':
      return { type, value: readStrings(data, from, to) };
    case 'SOA': {
      const { end } = readName(data, readName(data, from).end);
      if (end + 20 > to) throw new DnsFormatError('a SOA record is too short');
      return { type, minimum: view.getUint32(end + 16) };
    }
    default:
      return { type, value: readName(data, from).name };
  }
}

/** RFC 7208 3.3 and RFC 6376 3.6.2.2: the strings of a record belong together without anything between them. */
function readStrings(data: Uint8Array, from: number, to: number): string {
  const out = new Uint8Array(to - from);
  let size = 0;
  for (let at = from; at < to; ) {
    const length = data[at] ?? 0;
    if (at + 1 + length > to) throw new DnsFormatError('a string goes beyond its record');
    out.set(data.subarray(at + 1, at + 1 + length), size);
    size += length;
    at += 1 + length;
  }
  return utf8.decode(out.subarray(0, size));
}
