import { describe, expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { mimeSupportOf, mimeTruncationOf, readBodyPreferences } from './body-preference.ts';

const options = (...nodes: WbxmlNode[]) => decodeWbxml(encodeWbxml(el('AirSync:Options', nodes)));
const preference = (...nodes: WbxmlNode[]) => el('AirSyncBase:BodyPreference', nodes);
const part = (...nodes: WbxmlNode[]) => el('AirSyncBase:BodyPartPreference', nodes);
const type = (value: number | string) => el('AirSyncBase:Type', value);
const size = (value: number | string) => el('AirSyncBase:TruncationSize', value);
const allOrNone = (value: number | string) => el('AirSyncBase:AllOrNone', value);
const preview = (value: number | string) => el('AirSyncBase:Preview', value);

describe('readBodyPreferences (MS-ASAIRS 3.2.5.1)', () => {
  test('reads what was asked for, in its order', () => {
    const read = readBodyPreferences(
      options(preference(type(2), size(512), allOrNone(1), preview(300)), preference(type(1))),
      'sync',
      '16.1',
    );
    expect(read).toEqual({
      kind: 'ok',
      bodies: [
        { type: 2, truncationSize: 512, allOrNone: true, preview: 255 },
        { type: 1, truncationSize: null, allOrNone: false, preview: 0 },
      ],
      bodyParts: [],
    });
    expect(readBodyPreferences(undefined, 'sync', '16.1')).toEqual({ kind: 'ok', bodies: [], bodyParts: [] });
  });

  test.each([
    ['S04_TC01, TC04: children out of order', preference(size(1), type(1))],
    ['S04_TC01: AllOrNone that is no boolean', preference(type(1), allOrNone('a'))],
    ['S04_TC01, TC03: AllOrNone twice', preference(type(1), allOrNone(1), allOrNone(1))],
    ['S04_TC02: a Type that is no number', preference(type('a'))],
    ['a Type that is none', preference(type(5))],
    ['no Type', preference(size(1))],
    ['a size that is no number', preference(type(1), size('-1'))],
    ['a size of more than 32 bits', preference(type(1), size('4294967296'))],
    ['S04_TC05: a preference inside another', preference(type(1), preference(type(2)))],
    ['a child that belongs elsewhere', preference(type(1), el('AirSyncBase:Data', 'x'))],
  ])('refuses %s', (_name, node) => {
    expect(readBodyPreferences(options(node), 'sync', '16.1')).toMatchObject({
      error: 'protocol',
      status: 4,
    });
    expect(readBodyPreferences(options(node), 'itemOperations', '16.1')).toMatchObject({
      error: 'protocol',
      status: 2,
    });
    expect(readBodyPreferences(options(node), 'search', '16.1')).toMatchObject({
      error: 'protocol',
      status: 2,
    });
  });

  test('refuses two preferences of one Type (MSASAIRS_S04_TC06)', () => {
    const twice = options(preference(type(1)), preference(type(1)));
    expect(readBodyPreferences(twice, 'sync', '14.1')).toMatchObject({ error: 'protocol', status: 4 });
  });

  test.each([1, 3, 4])('refuses a BodyPartPreference of Type %i (MSASCON_S01_TC08, S03_TC07)', (value) => {
    const read = readBodyPreferences(options(part(type(value))), 'sync', '14.1');
    expect(read).toMatchObject({ error: 'bodyPartType', status: 164 });
  });

  test('reads a BodyPartPreference from 14.1 on', () => {
    const asked = options(part(type(2), size(12)));
    expect(readBodyPreferences(asked, 'search', '14.1')).toMatchObject({
      bodyParts: [{ type: 2, truncationSize: 12 }],
    });
    expect(readBodyPreferences(asked, 'search', '14.0')).toMatchObject({ kind: 'ok', bodyParts: [] });
  });
});

test.each([
  [undefined, null],
  [0, 0],
  [1, 4096],
  [7, 102_400],
  [8, null],
  [9, null],
])('MIMETruncation %s cuts at %s bytes (MS-ASCMD 2.2.3.111)', (value, bytes) => {
  expect(mimeTruncationOf(options(el('AirSync:MIMETruncation', value)))).toBe(bytes);
});

test.each([
  [undefined, null],
  [0, 0],
  [2, 2],
  [3, null],
])('MIMESupport %s is %s', (value, expected) => {
  const nodes = value === undefined ? [] : [el('AirSync:MIMESupport', value)];
  expect(mimeSupportOf(options(...nodes))).toBe(expected);
});
