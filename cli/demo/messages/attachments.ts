import { noise, pdf, png, zip } from '../files.ts';
import { ALICE, BOB, byHand, compose, DAY, type DemoMessage, HOUR, lines } from '../message.ts';

const OFFICE = { envelopeFrom: 'office@partner.example', from: 'Partner Office <office@partner.example>' };
const TO_ALICE = { envelopeTo: 'alice@demo.test', to: ALICE };

const sunset = () => png(320, 120, (x, y) => [255 - y, 120 + (x >> 3), 60 + y]);
const chart = () =>
  png(200, 100, (x, y) => (100 - y < 20 + 60 * Math.abs(Math.sin(x / 25)) ? [40, 90, 200] : [240, 240, 240]));

export function attachments(): DemoMessage[] {
  return [
    compose({
      ...OFFICE,
      ...TO_ALICE,
      slug: 'files',
      age: 30 * HOUR,
      subject: 'Everything for the fair',
      text: 'All files in one mail: the plan, the prices, the photo and the texts.\n\nPartner Office',
      attachments: [
        { filename: 'Floor plan.pdf', content: pdf(['Hall 4', 'Booth 12']) },
        {
          filename: 'prices.csv',
          content: 'item;price\r\nposter;12,50\r\nflag;80,00\r\n',
          contentType: 'text/csv; charset=utf-8',
        },
        { filename: 'sunset.png', content: sunset() },
        {
          filename: 'texts.zip',
          content: zip([
            { name: 'welcome.txt', data: Buffer.from('Welcome to the fair!\r\n') },
            { name: 'data/visitors.bin', data: noise(2000) },
          ]),
        },
        {
          filename: '展示会のご案内.txt',
          content: 'ご来場をお待ちしております。\r\n',
          contentType: 'text/plain; charset=utf-8',
        },
      ],
    }),
    compose({
      ...OFFICE,
      ...TO_ALICE,
      slug: 'report',
      age: 8 * HOUR,
      subject: 'Monthly report with chart',
      html: '<h1 style="font-family:sans-serif">Visits this month</h1><p><img src="cid:chart@waypost.test" alt="chart" width="200" height="100"></p><p>The weekly numbers are in the <b>attached</b> table.</p>',
      text: 'Visits this month: see the chart. The weekly numbers are in the attached table.',
      attachments: [
        { filename: 'chart.png', content: chart(), cid: 'chart@waypost.test', contentDisposition: 'inline' },
        { filename: 'weeks.csv', content: 'week,visits\r\n45,1200\r\n46,1350\r\n' },
      ],
    }),
    compose({
      ...OFFICE,
      ...TO_ALICE,
      slug: 'large',
      age: 6 * DAY,
      subject: 'The recording (1.2 MB)',
      text: 'Large enough to see a phone fetch it in pieces.',
      attachments: [
        { filename: 'recording.bin', content: noise(1_200_000), contentType: 'application/octet-stream' },
      ],
    }),
    forwarded(),
    compose({
      envelopeFrom: 'bob@demo.test',
      from: BOB,
      ...TO_ALICE,
      slug: 'card',
      age: 4 * DAY,
      subject: 'Contact of the print shop',
      text: 'As promised. Their opening hours are in the note.',
      attachments: [
        {
          filename: 'print-shop.vcf',
          contentType: 'text/vcard; charset=utf-8',
          content: lines(
            'BEGIN:VCARD',
            'VERSION:3.0',
            'FN:Print Shop',
            'N:Shop;Print;;;',
            'ORG:Print Shop Example',
            'EMAIL:orders@print.example',
            'NOTE:Monday to Friday\\, 9 to 17',
            'END:VCARD',
          ),
        },
      ],
    }),
  ];
}

/** A whole message inside another one (RFC 2046 5.2.1). */
function forwarded(): DemoMessage {
  return byHand(
    { from: 'bob@demo.test', to: 'alice@demo.test', slug: 'forwarded', age: 2 * DAY + HOUR },
    [
      `From: ${BOB}`,
      `To: ${ALICE}`,
      'Subject: Fwd: Keys for the warehouse',
      'Content-Type: multipart/mixed; boundary="fwd"',
    ],
    lines(
      '--fwd',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'This came to me, but it is for you.',
      '--fwd',
      'Content-Type: message/rfc822',
      'Content-Disposition: attachment; filename="Keys for the warehouse.eml"',
      '',
      'From: Caretaker <caretaker@house.example>',
      'To: bob@demo.test',
      'Subject: Keys for the warehouse',
      'Date: Mon, 05 Jan 2026 09:00:00 +0000',
      'Message-ID: <keys@house.example>',
      '',
      'The keys are with the neighbour until Friday.',
      '--fwd--',
    ),
  );
}
