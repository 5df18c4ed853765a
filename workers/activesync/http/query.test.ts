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

  test.each(['', '?', '?User=a', '?Cmd'])('is refused when it names no command: %s', (search) => {
    expect(parseQuery(search)).toBeNull();
  });

  test.each([
    ['?Cmd=Sync', ''],
    ['?Cmd=Sync&DeviceId=&DeviceType=a', ''],
    ['?Cmd=Sync&DeviceId=a%00b', ''],
    ['?Cmd=Sync&DeviceId=caf%C3%A9', ''],
    [`?Cmd=Sync&DeviceId=${'x'.repeat(300)}`, 'x'.repeat(64)],
  ])('keeps device ids that are none for the gate to refuse: %s', (search, deviceId) => {
    expect(parseQuery(search)?.deviceId).toBe(deviceId);
  });

  test('takes the user with or without a domain, and names every parameter of its commands', () => {
    expect(parseQuery('?Cmd=SmartReply&User=CORP%5Calice&DeviceId=d&DeviceType=t')?.user).toBe('CORP\\alice');
    expect(
      parseQuery(
        '?Cmd=SmartReply&DeviceId=d&DeviceType=t&CollectionId=5&ItemId=5%3A1&LongId=l&Occurrence=2026-01-01&AttachmentName=a%2Fb',
      ),
    ).toMatchObject({
      collectionId: '5',
      itemId: '5:1',
      longId: 'l',
      occurrence: '2026-01-01',
      attachmentName: 'a/b',
      saveInSent: false,
      acceptMultiPart: false,
    });
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
    const whole = parseQuery(`?${binary({ deviceId: Array.from({ length: 16 }, (_, i) => i * 16) })}`);
    expect(whole?.deviceId).toBe('00102030405060708090A0B0C0D0E0F0');
  });

  test('in the base64 form may leave every counted field empty, and the options', () => {
    expect(parseQuery(`?${binary({ deviceId: '', type: '', params: [[7, []]] })}`)).toMatchObject({
      deviceId: '',
      deviceType: '',
      policyKey: null,
      saveInSent: false,
      acceptMultiPart: false,
    });
  });

  test('in the base64 form tells the two options apart', () => {
    const options = (bits: number) => parseQuery(`?${binary({ params: [[7, [bits]]] })}`);
    expect(options(1)).toMatchObject({ saveInSent: true, acceptMultiPart: false });
    expect(options(2)).toMatchObject({ saveInSent: false, acceptMultiPart: true });
  });

  test('in the base64 form reads the policy key as an unsigned number, lowest byte first', () => {
    expect(parseQuery(`?${binary({ key: [0xff, 0xff, 0xff, 0xff] })}`)?.policyKey).toBe('4294967295');
    expect(parseQuery(`?${binary({ key: [0, 0, 0, 0] })}`)?.policyKey).toBe('0');
  });

  test.each([
    [120, null],
    [121, '12.1'],
    [140, '14.0'],
    [141, '14.1'],
    [160, '16.0'],
    [161, '16.1'],
    [191, null],
  ])('in the base64 form has the version byte %i', (byte, version) => {
    expect(parseQuery(`?${binary({ version: byte })}`)?.version ?? null).toBe(version);
  });

  test('in the base64 form names no command when its code means nothing', () => {
    expect(parseQuery(`?${binary({ command: 77 })}`)?.command).toBe('');
    expect(parseQuery(`?${binary({ command: 6 })}`)?.command).toBe('');
  });

  test('in the base64 form is refused when a parameter comes twice (A32)', () => {
    const twice: [number, string][] = [
      [1, 'a'],
      [1, 'b'],
    ];
    expect(parseQuery(`?${binary({ params: twice })}`)).toBeNull();
  });

  test.each([
    '!!!',
    'AAAA',
    'jQkJBAlUZXN0',
    binary({ version: 191 }),
    binary({ key: [1, 2] }),
  ])('in the base64 form is refused when it is cut or makes no sense: %s', (search) => {
    expect(parseQuery(`?${search}`)).toBeNull();
  });
});
