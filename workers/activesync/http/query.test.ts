import { describe, expect, test } from 'vitest';
import { parseQuery } from './query.ts';

/** Builds the base64 form by hand (MS-ASHTTP 2.2.1.1.1.1). */
function binary(options: {
  version?: number;
  command?: number;
  deviceId?: string | number[];
  key?: number[];
  type?: string;
  params?: [number, string | number[]][];
}): string {
  const bytes = (v: string | number[]) => (typeof v === 'string' ? [...new TextEncoder().encode(v)] : v);
  const counted = (v: string | number[]) => [bytes(v).length, ...bytes(v)];
  const all = [
    options.version ?? 161,
    options.command ?? 0,
    0x09,
    0x04,
    ...counted(options.deviceId ?? 'dev1'),
    ...counted(options.key ?? []),
    ...counted(options.type ?? 'SP'),
    ...(options.params ?? []).flatMap(([tag, value]) => [tag, ...counted(value)]),
  ];
  return Buffer.from(all).toString('base64');
}

describe('the query of a command', () => {
  test('in the plain form has its parameters by name, in any letter case', () => {
    const query = parseQuery('?cmd=Sync&User=a%40b.test&DeviceId=AB12&DeviceType=iPhone&SaveInSent=T');
    expect(query).toMatchObject({
      command: 'Sync',
      user: 'a@b.test',
      deviceId: 'AB12',
      deviceType: 'iPhone',
      saveInSent: true,
      version: null,
    });
  });

  test('in the plain form is refused when a parameter comes twice (A32)', () => {
    expect(parseQuery('?Cmd=Sync&Cmd=Ping&DeviceId=a')).toBeNull();
    expect(parseQuery('?Cmd=Sync&DeviceId=a&deviceid=b')).toBeNull();
  });

  test.each([
    '',
    '?',
    '?User=a',
    '?Cmd=Sync',
    '?Cmd=Sync&DeviceId=',
    `?Cmd=Sync&DeviceId=${'x'.repeat(65)}`,
  ])('is refused when it names no command or no device: %s', (search) => {
    expect(parseQuery(search)).toBeNull();
  });

  test('in the base64 form is read byte by byte: the example of a FolderSync at 14.1', () => {
    expect(parseQuery('?jQkJBAlUZXN0U3VpdGUAAlNQ')).toMatchObject({
      command: 'FolderSync',
      version: '14.1',
      deviceId: 'TestSuite',
      deviceType: 'SP',
      policyKey: null,
    });
  });

  test('in the base64 form carries policy key, options and the other parameters', () => {
    const search = binary({
      command: 19,
      key: [0x39, 0x30, 0, 0],
      params: [
        [1, 'folder-1'],
        [3, 'item-1'],
        [4, 'long-1'],
        [7, [3]],
        [8, 'alice@demo.test'],
      ],
    });
    expect(parseQuery(`?${search}`)).toMatchObject({
      command: 'ItemOperations',
      version: '16.1',
      policyKey: '12345',
      collectionId: 'folder-1',
      itemId: 'item-1',
      longId: 'long-1',
      user: 'alice@demo.test',
      saveInSent: true,
      acceptMultiPart: true,
    });
  });

  test('in the base64 form survives percent-encoding, blanks for plus, and lost padding', () => {
    const search = binary({ deviceId: '>>>???>>>???>>>?', params: [[1, 'x~~~???>>>']] });
    expect(search).toMatch(/[+/]/);
    const expected = parseQuery(`?${search}`);
    expect(expected?.deviceId).toBe('>>>???>>>???>>>?');
    expect(parseQuery(`?${encodeURIComponent(search)}`)).toEqual(expected);
    expect(parseQuery(`?${search.replaceAll('+', ' ')}`)).toEqual(expected);
    expect(parseQuery(`?${search.replace(/=+$/, '')}`)).toEqual(expected);
  });

  test('in the base64 form takes device ids longer than 16 bytes and ids of raw bytes', () => {
    expect(parseQuery(`?${binary({ deviceId: 'D'.repeat(32) })}`)?.deviceId).toBe('D'.repeat(32));
    const raw = parseQuery(`?${binary({ deviceId: [0, 1, 0xfe, 0xff] })}`);
    expect(raw?.deviceId).toBe('0001FEFF');
  });

  test.each([
    '!!!',
    'AAAA',
    'jQkJBAlUZXN0',
    binary({ command: 77 }),
    binary({ command: 5 }),
    binary({ key: [1, 2] }),
  ])('in the base64 form is refused when it is cut or makes no sense: %s', (search) => {
    expect(parseQuery(`?${search}`)).toBeNull();
  });
});
