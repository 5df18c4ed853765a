import type { WbxmlElement } from '../../../codecs/wbxml/index.ts';

/** 32 hex digits that stand for what a request says of a draft, attachments included. */
export async function fingerprintOf(identity: string, data: WbxmlElement | undefined): Promise<string> {
  const files: Uint8Array[] = [];
  const words = JSON.stringify(data ?? null, (_key, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    files.push(value);
    return value.length;
  });
  const hashes = await Promise.all(files.map((bytes) => digestBytes(bytes)));
  return digest([identity, words, ...hashes]);
}

/** 32 hex digits that stand for these words. */
export function digest(words: string[]): Promise<string> {
  return digestBytes(new TextEncoder().encode(JSON.stringify(words)));
}

async function digestBytes(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash, 0, 16), (b) => b.toString(16).padStart(2, '0')).join('');
}
