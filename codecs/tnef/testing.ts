/** A TNEF stream for tests: one message property list, and for each attachment its method. */
export function tnefOf({ rtf, methods }: { rtf: Uint8Array | null; methods: number[] }): Uint8Array {
  const out = [...u32(0x223e_9f78), 1, 0];
  const named = [0x03, 0, 0x01, 0x80, ...new Array<number>(16).fill(7), ...u32(0), ...u32(9), ...u32(1)];
  const body = rtf === null ? [] : [0x02, 0x01, 0x09, 0x10, ...u32(1), ...counted(rtf)];
  out.push(...attribute(1, 0x0006_9003, [...u32(rtf === null ? 1 : 2), ...named, ...body]));
  for (const method of methods) {
    out.push(...attribute(2, 0x0006_9002, new Array<number>(14).fill(0)));
    const name = [0x1e, 0, 0x07, 0x37, ...u32(1), ...counted(new TextEncoder().encode('OLE\0'))];
    out.push(...attribute(2, 0x0006_9005, [...u32(2), ...name, 0x03, 0, 0x05, 0x37, ...u32(method)]));
  }
  return Uint8Array.from(out);
}

function attribute(level: number, id: number, value: number[]): number[] {
  return [level, ...u32(id), ...u32(value.length), ...value, 0, 0];
}

function counted(bytes: Uint8Array): number[] {
  const padding = new Array<number>((4 - (bytes.length % 4)) % 4).fill(0);
  return [...u32(bytes.length), ...bytes, ...padding];
}

function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}
