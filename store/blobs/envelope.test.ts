import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import { envelopeMetadata, parseEnvelope } from './envelope.ts';

const envelope: RawEnvelope = {
  tenantId: 't',
  mailboxId: 'm',
  shard: 'MAIL_1',
  mailFrom: '',
  rcptTo: 'ann@example.com',
  receivedAt: 1_795_000_000_000,
  rawSize: 10,
  correlationId: 'c',
  authResults: '',
};

describe('the envelope as metadata (I5)', () => {
  test('comes back as it was, in printable ASCII and within the bytes of an object', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((t) => !t.includes('\0'));
    fc.assert(
      fc.property(text, text, text, (mailFrom, rcptTo, authResults) => {
        const given = { ...envelope, mailFrom, rcptTo, authResults };
        const metadata = envelopeMetadata(given);
        const all = Object.entries(metadata).flat().join('');
        expect(all.length).toBeLessThanOrEqual(8192);
        expect(all).toMatch(/^[\x20-\x7e]*$/);
        expect(parseEnvelope(metadata)).toEqual(given);
      }),
    );
  });

  test('says where a message of the user belongs, and who was copied blindly', () => {
    for (const over of [
      { role: 'sent' as const },
      { bcc: true },
      { submitted: true },
      { role: 'drafts' as const, bcc: true },
      { submitted: true, delegated: { mailboxId: 'žofie', itemId: '01m800z8cd1dz04z9g27ryaf5b' } },
    ]) {
      expect(parseEnvelope(envelopeMetadata({ ...envelope, ...over }))).toEqual({ ...envelope, ...over });
    }
    const metadata = envelopeMetadata(envelope);
    expect(parseEnvelope({ ...metadata, role: 'user' })).toEqual(envelope);
    expect(parseEnvelope({ ...metadata, role: 'constructor', bcc: '0' })).toEqual(envelope);
  });

  test('loses only the end of the authentication results, never half a character', () => {
    for (let pad = 0; pad < 12; pad++) {
      const authResults = 'a'.repeat(pad) + 'é💥'.repeat(800);
      const kept = parseEnvelope(envelopeMetadata({ ...envelope, authResults }))?.authResults ?? '';
      expect(authResults.startsWith(kept)).toBe(true);
      expect(kept.length).toBeGreaterThan(500);
    }
  });

  test('is refused when the addresses alone are too long', () => {
    expect(() => envelopeMetadata({ ...envelope, mailFrom: 'é'.repeat(3000) })).toThrow('metadata');
  });

  test('of an object made by something else is null', () => {
    expect(parseEnvelope(undefined)).toBeNull();
    expect(parseEnvelope({ other: 'x' })).toBeNull();
  });
});
