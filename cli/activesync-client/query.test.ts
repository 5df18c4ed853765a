import { describe, expect, it } from 'vitest';
import { base64Query, plainQuery, type QueryFields } from './query.ts';

const FIELDS: QueryFields = {
  command: 'FolderSync',
  user: 'ann+x@example.test',
  deviceId: 'TestSuite',
  deviceType: 'SP',
  version: '14.1',
  policyKey: null,
  acceptMultiPart: false,
};

describe('the query', () => {
  it('escapes what a plain query may not hold', () => {
    expect(plainQuery({ ...FIELDS, deviceId: 'a/b=c' })).toBe(
      'Cmd=FolderSync&User=ann%2Bx%40example.test&DeviceId=a%2Fb%3Dc&DeviceType=SP',
    );
  });

  it('begins in base64 with version, command, locale, device and type (MS-ASHTTP 2.2.1.1.1.2)', () => {
    // The fields before the parameters are those of a known good query.
    const known = Buffer.from('jQkJBAlUZXN0U3VpdGUAAlNQ', 'base64');
    const ours = Buffer.from(base64Query(FIELDS), 'base64');
    expect(ours.subarray(0, known.length)).toEqual(known);
    expect(ours.subarray(known.length)).toEqual(Buffer.from('\x08\x12ann+x@example.test', 'latin1'));
  });

  it('carries the policy key in little-endian order and the wish for multipart', () => {
    const query = Buffer.from(
      base64Query({ ...FIELDS, version: '16.1', policyKey: 0x01020304, acceptMultiPart: true }),
      'base64',
    );
    expect(query[0]).toBe(161);
    expect(query.subarray(14, 19)).toEqual(Buffer.from([4, 4, 3, 2, 1]));
    expect(query.subarray(-3)).toEqual(Buffer.from([7, 1, 2]));
  });
});
