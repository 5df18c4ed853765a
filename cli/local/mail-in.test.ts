import { describe, expect, it } from 'vitest';
import { headerBlock, senderOf, withMessageId } from './mail-in.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('a message on its way in', () => {
  it('is handed on as it is when it has a Message-ID, in whatever case', () => {
    for (const name of ['Message-ID', 'message-id', 'Message-Id ']) {
      const raw = bytes(`From: a@b.test\r\n${name}: <1@b.test>\r\n\r\nx`);
      expect(withMessageId(raw)).toBe(raw);
    }
  });

  it('gets one on top when it has none, and keeps every other byte', () => {
    for (const text of [
      'From: a@b.test\r\n\r\nMessage-ID: <in@body>\xff',
      'Subject: x\n\nbody',
      '\r\nno header',
    ]) {
      const out = Buffer.from(withMessageId(bytes(text)));
      expect(out.toString('latin1')).toMatch(/^Message-ID: <[0-9a-f-]+@waypost\.test>\r\n/);
      expect(out.subarray(out.indexOf('\r\n') + 2)).toEqual(bytes(text));
    }
  });

  it('tells its sender by the From field alone, folded or not', () => {
    expect(senderOf(bytes('From: "A, B" <a.b@c.test>\r\n\r\n'))).toBe('a.b@c.test');
    expect(senderOf(bytes('From: Somebody\r\n <a@b.test>\r\nTo: x@y.test\r\n\r\n'))).toBe('a@b.test');
    expect(senderOf(bytes('To: x@y.test\r\n\r\nFrom: a@b.test'))).toBeNull();
  });

  it('has a header block that ends at the first empty line', () => {
    expect(headerBlock(bytes('A: 1\nB: 2\n\nC: 3'))).toBe('A: 1\nB: 2');
    expect(headerBlock(bytes('A: 1\r\n'))).toBe('A: 1\r\n');
  });
});
