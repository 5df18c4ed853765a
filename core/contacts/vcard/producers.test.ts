import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVCard, splitVCards } from '../../../codecs/vcard/index.ts';
import { cardFromVCard, cardToVCard } from './index.ts';

/** A folder with vCards as other programs write them; without one there is nothing to be read. */
const FOLDER = process.env['WAYPOST_VCARDS'] ?? '';
const FILES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /\.(?:vcf|vcard)$/i.test(name)) : [];
const DEFAULTS = { uid: 'none', now: '2026-01-01T00:00:00Z' };

describe.skipIf(FILES.length === 0)('vCards of other programs', () => {
  it.each(
    FILES,
  )('are read without loss, and are the same after they were written again: %s', async (name) => {
    let count = 0;
    for await (const { bytes } of splitVCards([readFileSync(join(FOLDER, name))])) {
      expect(bytes).toBeDefined();
      const vcard = readVCard(bytes ?? new Uint8Array());
      expect(vcard.badLines).toBe(0);
      const { card, dropped } = cardFromVCard(vcard, DEFAULTS);
      expect(dropped).toEqual([]);
      for (const version of ['3.0', '4.0'] as const) {
        const again = readVCard(new TextEncoder().encode(cardToVCard(card, version)));
        expect(cardFromVCard(again, DEFAULTS).card).toEqual(card);
      }
      count++;
    }
    expect(count).toBeGreaterThan(0);
  });
});
