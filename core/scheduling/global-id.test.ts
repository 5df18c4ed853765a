import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globalObjectId, uidOfGlobalObjectId } from './global-id.ts';

const OUTLOOK =
  '040000008200E00074C5B7101A82E00800000000B0A1C2D3E4F5D901000000000000000010000000AABBCCDDEEFF00112233445566778899';

describe('the name of a meeting in MAPI', () => {
  test('wraps a UID of other programs, with its length and a closing NUL', () => {
    const bytes = Buffer.from(globalObjectId('abc@example.com'), 'base64');
    expect(bytes.subarray(0, 16).toString('hex')).toBe('040000008200e00074c5b7101a82e008');
    expect(bytes.subarray(16, 36).every((byte) => byte === 0)).toBe(true);
    expect(bytes.readUInt32LE(36)).toBe(bytes.length - 40);
    expect(bytes.subarray(40).toString('latin1')).toBe('vCal-Uid\u0001\0\0\0abc@example.com\0');
  });

  test('is the UID itself where Outlook made it', () => {
    expect(Buffer.from(globalObjectId(OUTLOOK), 'base64').toString('hex').toUpperCase()).toBe(OUTLOOK);
    expect(uidOfGlobalObjectId(globalObjectId(OUTLOOK))).toBe(OUTLOOK);
  });

  test('names the day of an occurrence, which is no part of the UID', () => {
    const day = { year: 2026, month: 3, day: 29 };
    for (const uid of [OUTLOOK, 'abc@example.com']) {
      const id = globalObjectId(uid, day);
      expect([...Buffer.from(id, 'base64').subarray(16, 20)]).toEqual([7, 234, 3, 29]);
      expect(uidOfGlobalObjectId(id)).toBe(uid);
    }
  });

  test('gives back any UID', () => {
    const uids = fc.string({ unit: 'binary', maxLength: 300 }).filter((uid) => !uid.includes('\0'));
    fc.assert(
      fc.property(uids, (uid) => {
        expect(uidOfGlobalObjectId(globalObjectId(uid))).toBe(uid.toWellFormed());
      }),
    );
  });

  test('is null for what is none', () => {
    for (const text of ['', 'no base64!', btoa('short'), btoa('x'.repeat(80))])
      expect(uidOfGlobalObjectId(text)).toBeNull();
    fc.assert(fc.property(fc.base64String(), (text) => void uidOfGlobalObjectId(text)));
  });
});
