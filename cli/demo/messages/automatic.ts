import {
  ALICE,
  BOB,
  byHand,
  compose,
  DAY,
  type DemoMessage,
  HOUR,
  lines,
  messageId,
  rfc5322Date,
} from '../message.ts';

const ENVELOPE_TO = 'alice@demo.test';

/** Mail that programs send: invitations, lists, a newsletter, a bounce, confirmations. */
export function automatic(): DemoMessage[] {
  return [invitation(), cancellation(), ...mailingList(), newsletter(), bounce(), ...confirmations()];
}

function icsTime(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function event(now: number, method: 'REQUEST' | 'CANCEL', uid: string, summary: string): string {
  const start = Math.ceil(now / 3_600_000) * 3_600_000 + 7 * 24 * 3_600_000;
  return lines(
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//waypost.test//demo//EN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${uid}@events.example`,
    `DTSTAMP:${icsTime(now)}`,
    `DTSTART:${icsTime(start)}`,
    `DTEND:${icsTime(start + 3_600_000)}`,
    `SEQUENCE:${method === 'CANCEL' ? 1 : 0}`,
    `STATUS:${method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED'}`,
    `SUMMARY:${summary}`,
    'LOCATION:Room 2\\, first floor',
    'ORGANIZER;CN=Event Desk:mailto:desk@events.example',
    'ATTENDEE;CN=Alice Example;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:alice@demo.test',
    'ATTENDEE;CN=Bob Example;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@demo.test',
    'END:VEVENT',
    'END:VCALENDAR',
  );
}

function calendarMail(method: 'REQUEST' | 'CANCEL', slug: string, age: number, summary: string): DemoMessage {
  const base = { envelopeFrom: 'desk@events.example', envelopeTo: ENVELOPE_TO, slug, age };
  return {
    from: base.envelopeFrom,
    to: base.envelopeTo,
    age,
    // The event lies a week ahead of the day on which the demo is made.
    raw: (now) =>
      compose({
        ...base,
        from: 'Event Desk <desk@events.example>',
        to: [ALICE, BOB],
        subject: method === 'CANCEL' ? `Cancelled: ${summary}` : `Invitation: ${summary}`,
        text: method === 'CANCEL' ? `${summary} will not take place.` : `You are invited to: ${summary}.`,
        icalEvent: { method, filename: 'invite.ics', content: event(now, method, slug, summary) },
      }).raw(now),
  };
}

function invitation(): DemoMessage {
  return calendarMail('REQUEST', 'review-meeting', 7 * HOUR, 'Review of the first draft');
}

function cancellation(): DemoMessage {
  return calendarMail('CANCEL', 'old-meeting', 4 * DAY + 5 * HOUR, 'Visit of the archive');
}

/** A thread on a list, as list software passes it on (RFC 2919, RFC 2369, RFC 8058). */
function mailingList(): DemoMessage[] {
  const headers = {
    'List-Id': 'Gardeners <gardeners.lists.example>',
    'List-Post': '<mailto:gardeners@lists.example>',
    'List-Unsubscribe':
      '<https://lists.example/unsubscribe/gardeners>, <mailto:gardeners-leave@lists.example>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    Precedence: 'list',
  };
  const posts = [
    { who: 'Rose', text: 'Which tomatoes grow on a north balcony?' },
    { who: 'Basil', text: 'None that I know of. Try lettuce.\n\n> Which tomatoes grow on a north balcony?' },
    { who: 'Sage', text: 'Small ones do, with patience. Mine were ripe in September.' },
  ];
  return posts.map(({ who, text }, i) =>
    compose({
      slug: `list-${i + 1}`,
      age: 40 * HOUR - i * 3 * HOUR,
      envelopeFrom: 'gardeners-bounces@lists.example',
      envelopeTo: ENVELOPE_TO,
      from: `${who} via Gardeners <gardeners@lists.example>`,
      replyTo: `${who} <${who.toLowerCase()}@garden.example>`,
      to: 'Gardeners <gardeners@lists.example>',
      subject: `${i === 0 ? '' : 'Re: '}[gardeners] North balcony`,
      text: `${text}\n\n_______________________________________________\nGardeners mailing list\n`,
      headers,
      thread: posts.slice(0, i).map((_, j) => `list-${j + 1}`),
    }),
  );
}

/** About 150 kB of HTML with tables, styles and remote images. */
function newsletter(): DemoMessage {
  const article = (i: number) =>
    `<tr><td style="padding:16px;border-bottom:1px solid #ddd;font-family:Arial,sans-serif">` +
    `<img src="https://images.news.example/${i}.jpg" width="120" height="80" alt="Picture ${i}" style="float:left;margin:0 12px 12px 0">` +
    `<h2 style="margin:0;font-size:18px"><a href="https://news.example/articles/${i}?utm_source=letter" style="color:#0a58ca">Article number ${i}</a></h2>` +
    `<p style="margin:8px 0;line-height:1.5">${'A paragraph that says little, but says it at some length, as newsletters do. '.repeat(8)}</p></td></tr>`;
  const rows = Array.from({ length: 140 }, (_, i) => article(i + 1)).join('\n');
  return compose({
    slug: 'newsletter',
    age: 14 * HOUR,
    envelopeFrom: 'bounce-17@news.example',
    envelopeTo: ENVELOPE_TO,
    from: 'The Weekly Example <letter@news.example>',
    to: ALICE,
    subject: 'The Weekly Example: 140 articles you have missed',
    html: `<!doctype html><html><head><style>a:hover{text-decoration:none} @media (max-width:600px){img{float:none}}</style></head><body style="background:#f4f4f4"><div style="display:none">All the news that fits.</div><table role="presentation" width="600" align="center" style="background:#fff">${rows}</table><p style="font-size:11px">You get this because you signed up at news.example. <a href="https://news.example/leave">Leave</a></p></body></html>`,
    headers: { 'List-Unsubscribe': '<https://news.example/leave>' },
  });
}

/** A delivery status notification (RFC 3464) for a message of Alice's that could not be delivered. */
function bounce(): DemoMessage {
  const slug = 'bounce';
  const age = 60 * HOUR;
  const from = 'mailer-daemon@mx.partner.example';
  return {
    from,
    to: ENVELOPE_TO,
    age,
    raw: (now) =>
      byHand(
        { from, to: ENVELOPE_TO, slug, age },
        [
          `From: Mail Delivery System <${from}>`,
          'To: <alice@demo.test>',
          'Subject: Undelivered Mail Returned to Sender',
          'Auto-Submitted: auto-replied',
          'Content-Type: multipart/report; report-type=delivery-status; boundary="dsn"',
        ],
        lines(
          '--dsn',
          'Content-Type: text/plain; charset=us-ascii',
          '',
          'Your message to nobody@partner.example could not be delivered:',
          'the mail box does not exist.',
          '--dsn',
          'Content-Type: message/delivery-status',
          '',
          'Reporting-MTA: dns; mx.partner.example',
          `Arrival-Date: ${rfc5322Date(now - age * 60_000)}`,
          '',
          'Final-Recipient: rfc822; nobody@partner.example',
          'Action: failed',
          'Status: 5.1.1',
          'Diagnostic-Code: smtp; 550 5.1.1 unknown user',
          '',
          '--dsn',
          'Content-Type: text/rfc822-headers',
          '',
          'From: alice@demo.test',
          'To: nobody@partner.example',
          'Subject: Are you still there?',
          `Message-ID: ${messageId('lost')}`,
          '',
          '--dsn--',
        ),
      ).raw(now),
  };
}

function confirmations(): DemoMessage[] {
  return [
    compose({
      slug: 'code',
      age: 2 * HOUR,
      envelopeFrom: 'no-reply@service.example',
      envelopeTo: ENVELOPE_TO,
      from: 'Example Service <no-reply@service.example>',
      to: ALICE,
      subject: 'Your code is 431 902',
      text: 'Your code is 431 902. It is good for ten minutes.\n',
      headers: { 'Auto-Submitted': 'auto-generated' },
    }),
    compose({
      slug: 'maintenance',
      age: 90,
      envelopeFrom: 'status@hosting.example',
      envelopeTo: ENVELOPE_TO,
      from: 'Hosting Status <status@hosting.example>',
      to: ALICE,
      priority: 'high',
      subject: 'Maintenance tonight from 23:00',
      text: 'Tonight from 23:00 to 23:30 UTC the storage is read-only.\n\nNothing to do for you.',
    }),
  ];
}
