import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DedupeHasher } from './dedupe.ts';

/** What reaches the hash; `step` bytes are written at a time. */
function hashed(message: string, step = 1 << 20): string {
  const bytes = Buffer.from(message, 'latin1');
  let out = '';
  const hasher = new DedupeHasher({ update: (piece) => (out += Buffer.from(piece).toString('latin1')) });
  for (let at = 0; at < bytes.length; at += step) hasher.write(bytes.subarray(at, at + step));
  hasher.end();
  return out;
}

const REST = 'From: a@x.org\r\nSubject: s\r\n folded\r\n\r\nReceived: in the body\r\n.\r\n';

describe('the dedupe key', () => {
  it.each([
    'Received: from a by b;\r\n\tFri, 20 Nov 2026 10:00:00 +0100\r\n',
    'Return-Path: <x@y>\r\n',
    'DELIVERED-TO: x\r\n',
    'X-Received: x\r\n',
    'Received-SPF: pass\r\n',
    'Authentication-Results: x; spf=pass\r\n',
    'ARC-Seal: i=1\r\n',
    'ARC-Message-Signature: i=1;\r\n b=x\r\n',
    'CF-Ray: x\r\n',
    'X-CF-Spam: x\r\n',
    'X-Original-To: x\r\n',
    'Envelope-To: x\r\n',
    'X-Forwarded-For: x\r\n',
    'Received : odd\r\n',
  ])('is not changed by %j', (trace) => {
    expect(hashed(trace + REST)).toBe(REST);
    expect(hashed(`From: a@x.org\r\n${trace}${REST.slice(15)}`)).toBe(REST);
  });

  it('is not changed by the kind of line ends in the header, but by those of the body', () => {
    expect(hashed('A: b\n c\r\n\nx\ny')).toBe(hashed('A: b\r\n c\n\r\nx\ny'));
    expect(hashed('A: b\n\nx\ny')).not.toBe(hashed('A: b\n\nx\r\ny'));
    expect(hashed('A: b\r\rx')).toBe('A: b\r\n\r\nx');
  });

  it.each([
    [REST, REST.replace('s\r\n', 't\r\n')],
    [REST, `${REST} `],
    [REST, REST.replace('Subject', 'subject')],
    [REST, `X-Mailer: x\r\n${REST}`],
    ['A: b\r\n\r\n', 'A: b\r\n'],
    ['A: b', 'A: b\r\n'],
    [`${'x'.repeat(70)}: a\r\n\r\n`, `${'x'.repeat(70)}: b\r\n\r\n`],
  ])('tells messages apart that differ otherwise', (one, other) => {
    expect(hashed(one)).not.toBe(hashed(other));
  });

  it('takes what looks like a trace field after the header for content', () => {
    expect(hashed('A: b\r\nno field\r\nReceived: x\r\n')).toContain('Received: x');
    expect(hashed('no header\r\nReceived: x\r\n')).toContain('Received: x');
  });

  it('does not depend on how the message is cut', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'Received: x',
        'A: b',
        '\r',
        '\n',
        '\r\n',
        ' folded',
        'text',
        ':',
        `${'n'.repeat(64)}:`,
        '\t',
      ),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 7 }), (list, step) => {
        const message = list.join('');
        expect(hashed(message, step)).toBe(hashed(message));
      }),
      { numRuns: 2000 },
    );
  });
});
