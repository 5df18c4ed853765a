import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../../platform/ids.ts';
import { decodeId, type EwsId, encodeId } from './id.ts';

const mailboxId = '01m80dsdjgckkf50twab8nrtvg';

describe('an id', () => {
  it('has the binary form of Exchange (MS-OXWSITEMID)', () => {
    const bytes = Buffer.from(encodeId({ kind: 'item', mailboxId, itemId: 'abc' }), 'base64');
    const moniker = bytes.subarray(4, 40).toString('latin1');
    expect([...bytes.subarray(0, 4)]).toEqual([0, 3, 36, 0]);
    expect(moniker).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect([...bytes.subarray(40, 43)]).toEqual([0, 4, 0]);
    expect(bytes.subarray(43).toString('latin1')).toBe('iabc');
    const conversation = Buffer.from(encodeId({ kind: 'conversation', mailboxId, threadId: 'aa' }), 'base64');
    expect(conversation[1]).toBe(4);
    const occurrence = {
      kind: 'occurrence',
      mailboxId,
      itemId: 'x',
      occurrence: '2026-11-22T10:00:00',
    } as const;
    expect(Buffer.from(encodeId(occurrence), 'base64')[40]).toBe(1);
    const file = Buffer.from(
      encodeId({ kind: 'attachment', mailboxId, itemId: 'x', attachment: '12' }),
      'base64',
    );
    expect([...file.subarray(-5)]).toEqual([1, 2, 0, 0x31, 0x32]);
  });

  it('comes back as it was, of every kind and mailbox', () => {
    const word = fc.stringMatching(/^[!-{}~]{1,40}$/);
    const mailbox = fc.oneof(
      fc.nat().map((at) => newId(at)),
      word,
    );
    const id: fc.Arbitrary<EwsId> = fc.oneof(
      fc.record({ kind: fc.constant('folder' as const), mailboxId: mailbox, folderId: word }),
      fc.record({
        kind: fc.constantFrom('item' as const, 'removed' as const),
        mailboxId: mailbox,
        itemId: word,
      }),
      fc.record({ kind: fc.constant('conversation' as const), mailboxId: mailbox, threadId: word }),
      fc.record({ kind: fc.constant('persona' as const), mailboxId: mailbox, personId: word }),
      fc.record({
        kind: fc.constant('occurrence' as const),
        mailboxId: mailbox,
        itemId: word,
        occurrence: word,
      }),
      fc.record({
        kind: fc.constant('attachment' as const),
        mailboxId: mailbox,
        itemId: word,
        attachment: word,
      }),
    );
    fc.assert(
      fc.property(id, (one) => {
        expect(decodeId(encodeId(one))).toEqual(one);
      }),
    );
  });

  it('is read when it is compressed, as some programs hand it on', () => {
    const id: EwsId = { kind: 'item', mailboxId, itemId: 'aaaaaaab' };
    const plain = Buffer.from(encodeId(id), 'base64');
    const packed = [1];
    for (let i = 1; i < plain.length; ) {
      let run = 1;
      while (plain[i + run] === plain[i]) run++;
      packed.push(plain[i] ?? 0, ...(run > 1 ? [plain[i] ?? 0, run - 2] : []));
      i += run;
    }
    expect(decodeId(Buffer.from(packed).toString('base64'))).toEqual(id);
  });

  it('A31 is malformed when a byte of its frame is another, cut, or added', () => {
    const bytes = Buffer.from(encodeId({ kind: 'item', mailboxId, itemId: newId() }), 'base64');
    const code = (some: Uint8Array) => {
      try {
        return decodeId(Buffer.from(some).toString('base64')).kind;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    for (const at of [0, 1, 2, 3, 40, 41, 42]) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(code(changed), `${at} ^ ${bit}`).toBe('ErrorInvalidIdMalformed');
      }
    }
    for (let end = 1; end < bytes.length; end++)
      expect(code(bytes.subarray(0, end))).toBe('ErrorInvalidIdMalformed');
    expect(code(Buffer.concat([bytes, bytes]))).toBe('ErrorInvalidIdMalformed');
    expect(() => decodeId(' ')).toThrow('empty');
    const bomb = Buffer.from([1, 3, 65, 65, 255, 65, 65, 255, 65, 65, 255]).toString('base64');
    expect(() => decodeId(bomb)).toThrow('malformed');
  });
});
