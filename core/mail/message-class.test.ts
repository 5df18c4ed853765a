import { describe, expect, test } from 'vitest';
import { MimeIndexer } from '../../codecs/mime/index.ts';
import { decidingPart, messageClassOf } from './message-class.ts';

function classOf(raw: string): string {
  const bytes = new TextEncoder().encode(raw.replaceAll('\n', '\r\n'));
  const indexer = new MimeIndexer();
  indexer.write(bytes);
  const index = indexer.end();
  const deciding = decidingPart(index);
  const text =
    deciding === null
      ? ''
      : new TextDecoder().decode(bytes.subarray(deciding.part.bodyStart, deciding.part.bodyEnd));
  return messageClassOf(index, text);
}

const multipart = (type: string, ...parts: string[]) =>
  `From: a@b.example
Content-Type: ${type}; boundary=b

${parts.map((part) => `--b\n${part}\n`).join('')}--b--
`;

const TEXT = 'Content-Type: text/plain\n\nhello';
const report = (kind: string, ...fields: string[]) =>
  multipart(
    `multipart/report; report-type=${kind}`,
    TEXT,
    `Content-Type: message/${kind}\n\n${fields.join('\n')}`,
  );
const calendar = (method: string, lines = '') =>
  multipart(
    'multipart/alternative',
    TEXT,
    `Content-Type: text/calendar${method === '' ? '' : `; method=${method}`}\n\nBEGIN:VCALENDAR\n${lines}\nEND:VCALENDAR`,
  );

describe('the class of a message (MS-ASEMAIL 2.2.2.49)', () => {
  test.each([
    ['a plain message', 'From: a@b.example\n\nhi', 'IPM.Note'],
    ['nothing', '', 'IPM.Note'],
    [
      'a report of failure',
      report('delivery-status', 'Reporting-MTA: dns; x', '', 'Action: failed'),
      'REPORT.IPM.Note.NDR',
    ],
    ['a report that says nothing', report('delivery-status', ''), 'REPORT.IPM.Note.NDR'],
    [
      'a report of delivery',
      report('delivery-status', 'Reporting-MTA: dns; x', '', 'action:delivered'),
      'REPORT.IPM.Note.DR',
    ],
    [
      'a report of success and failure',
      report('delivery-status', 'Action: delivered', '', 'Action: failed'),
      'REPORT.IPM.Note.NDR',
    ],
    ['a report of delay', report('delivery-status', 'Action: delayed'), 'REPORT.IPM.Note.Delayed'],
    [
      'a read receipt',
      report('disposition-notification', 'Disposition: manual-action/MDN-sent-manually; displayed'),
      'REPORT.IPM.Note.IPNRN',
    ],
    [
      'a receipt of deletion',
      report('disposition-notification', 'Disposition: automatic-action/MDN-sent-automatically; deleted'),
      'REPORT.IPM.Note.IPNNRN',
    ],
    ['a report of another kind', report('feedback-report', 'x'), 'IPM.Note'],
    ['an invitation', calendar('REQUEST'), 'IPM.Schedule.Meeting.Request'],
    [
      'an invitation that names its method inside',
      calendar('', 'METHOD:REQUEST'),
      'IPM.Schedule.Meeting.Request',
    ],
    ['a cancelled meeting', calendar('CANCEL'), 'IPM.Schedule.Meeting.Canceled'],
    [
      'an acceptance',
      calendar('REPLY', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b'),
      'IPM.Schedule.Meeting.Resp.Pos',
    ],
    [
      'a refusal',
      calendar('reply', 'ATTENDEE;CN=X;PART\n STAT=DECLINED:mailto:a@b'),
      'IPM.Schedule.Meeting.Resp.Neg',
    ],
    [
      'a maybe',
      calendar('REPLY', 'ATTENDEE;PARTSTAT="TENTATIVE":mailto:a@b'),
      'IPM.Schedule.Meeting.Resp.Tent',
    ],
    ['a published calendar', calendar('PUBLISH'), 'IPM.Note'],
    [
      'an attached calendar file',
      multipart(
        'multipart/mixed',
        TEXT,
        'Content-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment; filename=a.ics\n\nx',
      ),
      'IPM.Note',
    ],
    [
      'an encrypted message',
      'From: a@b\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx',
      'IPM.Note.SMIME',
    ],
    [
      'an encrypted message on a list',
      multipart('multipart/mixed', 'Content-Type: application/x-pkcs7-mime\n\nx', TEXT),
      'IPM.Note.SMIME',
    ],
    [
      'a signed message',
      multipart(
        'multipart/signed; protocol="application/pkcs7-signature"',
        TEXT,
        'Content-Type: application/pkcs7-signature\n\nx',
      ),
      'IPM.Note.SMIME.MultipartSigned',
    ],
    [
      'a message signed another way',
      multipart(
        'multipart/signed; protocol="application/pgp-signature"',
        TEXT,
        'Content-Type: application/pgp-signature\n\nx',
      ),
      'IPM.Note',
    ],
    ['a voice mail', 'From: a@b\nContent-Class: voice\n\nx', 'IPM.Note.Microsoft.Voicemail'],
    [
      'a call that was missed',
      'From: a@b\nContent-Class: MissedCall\n\nx',
      'IPM.Note.Microsoft.Missed.Voice',
    ],
  ])('%s', (_name, raw, expected) => {
    expect(classOf(raw)).toBe(expected);
  });
});
