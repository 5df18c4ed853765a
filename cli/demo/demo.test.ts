import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { readVCard, splitVCards } from '../../codecs/vcard/index.ts';
import type { CalendarDocument } from '../../core/calendar/anchor.ts';
import { readICal } from '../../core/calendar/ical/read.ts';
import { occurrences } from '../../core/calendar/index.ts';
import { cardFromVCard } from '../../core/contacts/vcard/index.ts';
import { DEMO_DOMAIN } from './message.ts';
import { demoMessages } from './messages/index.ts';
import { demoCalendar, demoCards } from './plans.ts';

const NOW = Date.UTC(2026, 5, 15, 12);
const DAY = 86_400_000;

async function built() {
  return Promise.all(demoMessages().map(async (m) => ({ ...m, bytes: await m.raw(NOW) })));
}

/** The message with this Subject, as postal-mime reads it. */
async function find(subject: RegExp) {
  for (const { bytes } of await built()) {
    const mail = await PostalMime.parse(bytes, { forceRfc822Attachments: true });
    if (subject.test(mail.subject ?? '')) return mail;
  }
  throw new Error(`no demo message ${subject}`);
}

describe('the demo calendar and people', () => {
  it('are what other programs read too', () => {
    const { documents, warnings } = readICal(demoCalendar(NOW), { now: NOW });
    expect(warnings).toEqual([]);
    expect(documents.map((d) => d.title)).toEqual([
      ...['Team meeting', 'Dentist', 'Trip to the mountains'],
      'Water the plants',
    ]);
    const [team] = documents;
    expect(Object.values(team?.recurrenceOverrides ?? {})).toHaveLength(1);
    expect(occurrences(team as CalendarDocument, { from: NOW - DAY, to: NOW + DAY })).toHaveLength(1);
  });

  it('has the other users in the address book', async () => {
    const cards = [];
    for await (const card of splitVCards(new Response(demoCards()).body ?? new ReadableStream())) {
      if (card.bytes === undefined) throw new Error('no card');
      cards.push(cardFromVCard(readVCard(card.bytes), { uid: 'x', now: new Date(NOW).toISOString() }).card);
    }
    expect(cards.map((c) => c.name?.full)).toEqual(['Bob Example', 'Carol Example']);
  });
});

describe('the demo messages', () => {
  it('are about forty, each with a Message-ID of its own, oldest first', async () => {
    const all = await built();
    expect(all.length).toBeGreaterThanOrEqual(38);
    const ids = all.map(
      ({ bytes }) => /^Message-ID: (<\S+>)/im.exec(Buffer.from(bytes).toString('latin1'))?.[1],
    );
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(all.length);
    const ages = all.map((m) => m.age);
    expect(ages).toEqual([...ages].sort((a, b) => b - a));
  });

  it('lie within the last week before the day they are made', async () => {
    for (const { bytes, age } of await built()) {
      const mail = await PostalMime.parse(bytes);
      expect(new Date(mail.date ?? '').getTime()).toBe(NOW - age * 60_000);
      expect(age).toBeLessThanOrEqual(7 * 24 * 60);
    }
  });

  it('use CRLF and nothing else as line end', async () => {
    for (const { bytes } of await built()) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }
  });

  it('go to the demo domain and name only reserved domains (RFC 2606)', async () => {
    for (const { to, from, bytes } of await built()) {
      expect(to.endsWith(`@${DEMO_DOMAIN}`)).toBe(true);
      const { headers } = await PostalMime.parse(bytes);
      const text = headers.map((h) => h.value).join('\n');
      for (const address of [from, ...(text.match(/[\w.+-]+@[\w.-]+/g) ?? [])]) {
        expect(address).toMatch(/\.(test|example)$/);
      }
    }
  });

  it('reach their mailboxes by address, alias, tag and catch-all', () => {
    const to = new Set(demoMessages().map((m) => m.to.split('@')[0]));
    for (const local of ['alice', 'bob', 'carol', 'a.liddell', 'sales', 'alice+shop', 'info']) {
      expect(to).toContain(local);
    }
  });

  it.each([
    ['来週の打ち合わせについて', '第二会議室'],
    ['关于新版报价单', '采购部'],
    ['ยืนยันการจองห้องประชุม', 'ฝ่ายอาคาร'],
    ['Πρόσκληση στα εγκαίνια', 'γραμματεία'],
    ['دعوة إلى أمسية موسيقية', 'الخميس'],
    ['🎉 새 사무실로 이사했습니다 🎉', '스튜디오'],
  ])('carry text of other scripts: %s', async (subject, word) => {
    const mail = await find(new RegExp(`^${subject}$`, 'u'));
    expect(mail.text).toContain(word);
  });

  it('hold attachments that are what they say', async () => {
    const { attachments } = await find(/^Everything for the fair$/);
    const content = attachments.map((a) =>
      Buffer.from(a.content as ArrayBuffer)
        .subarray(0, 4)
        .toString('latin1'),
    );
    expect(content.slice(0, 4)).toEqual(['%PDF', 'item', '\x89PNG', 'PK\x03\x04']);
    expect(attachments[4]?.filename).toBe('展示会のご案内.txt');
  });

  it('hold an invitation, a bounce, a forwarded message, and signed and encrypted ones', async () => {
    const invitation = await find(/^Invitation:/);
    expect(invitation.attachments.some((a) => a.mimeType === 'text/calendar' && a.method === 'REQUEST')).toBe(
      true,
    );
    const types = async (subject: RegExp) => (await find(subject)).attachments.map((a) => a.mimeType);
    expect(await types(/^Fwd: Keys/)).toContain('message/rfc822');
    expect(await types(/^Contract, signed$/)).toContain('application/pkcs7-signature');
    expect(await types(/^Confidential$/)).toContain('application/pkcs7-mime');
    expect(await types(/^Undelivered Mail/)).toContain('message/delivery-status');
  });
});
