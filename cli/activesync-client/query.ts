import type { ClientVersion } from './versions.ts';

export interface QueryFields {
  command: string;
  user: string;
  deviceId: string;
  deviceType: string;
  version: ClientVersion;
  /** 0 or null when there is none yet. */
  policyKey: number | null;
  acceptMultiPart: boolean;
}

/** Command codes of the base64 form (MS-ASHTTP 2.2.1.1.1.2.1). */
const COMMAND_CODES: Record<string, number> = {
  Sync: 0,
  FolderSync: 9,
  GetItemEstimate: 14,
  Ping: 18,
  ItemOperations: 19,
  Provision: 20,
};

const LOCALE_EN_US = 0x0409;
const TAG_OPTIONS = 7;
const TAG_USER = 8;
const OPTION_MULTIPART = 2;

/** The query in plain text (MS-ASHTTP 2.2.1.1.1.1), without the question mark. */
export function plainQuery({ command, user, deviceId, deviceType }: QueryFields): string {
  const fields = { Cmd: command, User: user, DeviceId: deviceId, DeviceType: deviceType };
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** The query as base64 of binary fields (MS-ASHTTP 2.2.1.1.1.2). Version and policy key travel in it. */
export function base64Query(fields: QueryFields): string {
  const code = COMMAND_CODES[fields.command];
  if (code === undefined) throw new RangeError(`no command code for ${fields.command}`);
  const policyKey = Buffer.alloc(fields.policyKey === null ? 0 : 4);
  if (fields.policyKey !== null) policyKey.writeUInt32LE(fields.policyKey);
  const parts = [
    Buffer.from([Number(fields.version.replace('.', '')), code, LOCALE_EN_US & 0xff, LOCALE_EN_US >> 8]),
    counted(Buffer.from(fields.deviceId, 'latin1')),
    counted(policyKey),
    counted(Buffer.from(fields.deviceType, 'latin1')),
    parameter(TAG_USER, Buffer.from(fields.user)),
  ];
  if (fields.acceptMultiPart) parts.push(parameter(TAG_OPTIONS, Buffer.from([OPTION_MULTIPART])));
  return Buffer.concat(parts).toString('base64');
}

function counted(bytes: Buffer): Buffer {
  if (bytes.length > 255) throw new RangeError('a field of the query is longer than 255 bytes');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function parameter(tag: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), counted(value)]);
}
