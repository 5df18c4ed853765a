import { type Version, versionOf } from './versions.ts';

/** The parameters of a request, whichever way its query is encoded (MS-ASHTTP 2.2.1.1.1). */
export interface EasQuery {
  command: string;
  /** '' when there is none, or one that is no id: the gate answers that in the terms of the version. */
  deviceId: string;
  deviceType: string;
  /** From the base64 form only: the plain form has headers for these. */
  user: string | null;
  version: Version | null;
  policyKey: string | null;
  acceptMultiPart: boolean;
  saveInSent: boolean;
  attachmentName: string | null;
  collectionId: string | null;
  itemId: string | null;
  longId: string | null;
  occurrence: string | null;
}

/** Command codes of the base64 form (MS-ASHTTP 2.2.1.1.1.2.1). */
const COMMAND_CODES = [
  'Sync',
  'SendMail',
  'SmartForward',
  'SmartReply',
  'GetAttachment',
  'GetHierarchy',
  '',
  '',
  '',
  'FolderSync',
  'FolderCreate',
  'FolderDelete',
  'FolderUpdate',
  'MoveItems',
  'GetItemEstimate',
  'MeetingResponse',
  'Search',
  'Settings',
  'Ping',
  'ItemOperations',
  'Provision',
  'ResolveRecipients',
  'ValidateCert',
  'Find',
] as const;

/** What is longer is cut to a length that no gate lets pass. */
const MAX_NAME = 64;

/** Parses the query of a command, or null when it is neither form. `search` begins with `?`. */
export function parseQuery(search: string): EasQuery | null {
  const text = search.replace(/^\?/, '');
  if (text === '') return null;
  return /(^|&)Cmd=/i.test(text) ? parsePlain(text) : parseBase64(text);
}

function parsePlain(text: string): EasQuery | null {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const key = name.toLowerCase();
    // Two Cmd or two DeviceId would let one layer see another request than the next (ATTACKS A32).
    if (fields.has(key)) return null;
    fields.set(key, value);
  }
  const get = (name: string) => fields.get(name) ?? null;
  const command = get('cmd');
  if (command === null) return null;
  return {
    command,
    deviceId: nameOf(get('deviceid')),
    deviceType: nameOf(get('devicetype')?.trim()),
    user: get('user'),
    version: null,
    policyKey: null,
    acceptMultiPart: false,
    saveInSent: get('saveinsent') === 'T',
    attachmentName: get('attachmentname'),
    collectionId: get('collectionid'),
    itemId: get('itemid'),
    longId: get('longid'),
    occurrence: get('occurrence'),
  };
}

function nameOf(value: string | null | undefined): string {
  return value != null && /^[\x20-\x7e]+$/.test(value) ? value.slice(0, MAX_NAME) : '';
}

/** Reads bytes front to back; past the end it throws RangeError, which the parser answers with null. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('query too short');
    return value;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('query too short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  counted(): Uint8Array {
    return this.take(this.byte());
  }
}

function parseBase64(text: string): EasQuery | null {
  const bytes = fromBase64(text);
  if (bytes === null) return null;
  try {
    return readBinary(new Reader(bytes));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The query as bytes. `+` may have been percent-encoded, turned into a blank, or left; padding may be missing. */
function fromBase64(text: string): Uint8Array | null {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    return null;
  }
  const clean = plain.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (clean.length > 2048 || !/^[A-Za-z0-9+/]+$/.test(clean)) return null;
  try {
    return Uint8Array.from(atob(clean), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

// MS-ASHTTP 2.2.1.1.1.1: version, command, locale (2), device id, policy key, device type, parameters.
function readBinary(reader: Reader): EasQuery | null {
  const versionByte = reader.byte();
  // A code that means nothing is a command that is not implemented, as a name in the plain form is.
  const command = COMMAND_CODES[reader.byte()] ?? '';
  reader.take(2);
  const deviceId = deviceIdText(reader.counted());
  const key = reader.counted();
  const deviceType = latin1(reader.counted());
  const version = versionOf(`${Math.floor(versionByte / 10)}.${versionByte % 10}`);
  if (version === null || (key.length !== 0 && key.length !== 4)) return null;
  const query: EasQuery = {
    command,
    deviceId: nameOf(deviceId),
    deviceType: nameOf(deviceType.trim()),
    user: null,
    version,
    policyKey:
      key.length === 4 ? String(new DataView(key.buffer, key.byteOffset, 4).getUint32(0, true)) : null,
    acceptMultiPart: false,
    saveInSent: false,
    attachmentName: null,
    collectionId: null,
    itemId: null,
    longId: null,
    occurrence: null,
  };
  const seen = new Set<number>();
  while (reader.left > 0) {
    const tag = reader.byte();
    // As in the plain form (ATTACKS A32).
    if (seen.has(tag)) return null;
    seen.add(tag);
    setParameter(query, tag, reader.counted());
  }
  return query;
}

// MS-ASHTTP 2.2.1.1.1.1.1: tag, length, value. Tags that are not known say nothing.
function setParameter(query: EasQuery, tag: number, value: Uint8Array): void {
  const text = new TextDecoder().decode(value);
  if (tag === 0) query.attachmentName = text;
  else if (tag === 1) query.collectionId = text;
  else if (tag === 3) query.itemId = text;
  else if (tag === 4) query.longId = text;
  else if (tag === 6) query.occurrence = text;
  else if (tag === 7) {
    const options = value[0] ?? 0;
    query.saveInSent = (options & 1) !== 0;
    query.acceptMultiPart = (options & 2) !== 0;
  } else if (tag === 8) query.user = text;
}

/** Ids are text in most clients; some put 16 raw bytes here, which the plain form shows as hex. */
function deviceIdText(bytes: Uint8Array): string {
  const text = latin1(bytes);
  return /^[\x21-\x7e]*$/.test(text)
    ? text
    : Array.from(bytes, (b) => b.toString(16).padStart(2, '0').toUpperCase()).join('');
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
