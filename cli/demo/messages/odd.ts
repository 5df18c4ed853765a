import { noise } from '../files.ts';
import { ALICE, BOB, byHand, DAY, type DemoMessage, HOUR, lines } from '../message.ts';

const ENVELOPE_TO = 'alice@demo.test';
const LAWYER = 'Law Office <post@lawyers.example>';

/** Messages whose structure is out of the ordinary: signed, encrypted, without text, without subject. */
export function odd(): DemoMessage[] {
  return [signed(), smime(), pgp(), ...bare()];
}

function base64Lines(data: Buffer): string[] {
  return data.toString('base64').match(/.{1,76}/g) ?? [];
}

/** multipart/signed (RFC 8551 3.5.3); the signature is a dummy. */
function signed(): DemoMessage {
  return byHand(
    { from: 'post@lawyers.example', to: ENVELOPE_TO, slug: 'signed', age: 33 * HOUR },
    [
      `From: ${LAWYER}`,
      `To: ${ALICE}`,
      'Subject: Contract, signed',
      'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="sig"',
    ],
    lines(
      'This is an S/MIME signed message.',
      '--sig',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'The contract is valid from the first of next month. Please keep this=',
      ' message =E2=80=93 its signature counts.',
      '',
      '--sig',
      'Content-Type: application/pkcs7-signature; name="smime.p7s"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename="smime.p7s"',
      '',
      ...base64Lines(noise(1800)),
      '--sig--',
    ),
  );
}

/** An enveloped S/MIME message (RFC 8551 3.3) that nobody can open. */
function smime(): DemoMessage {
  return byHand(
    { from: 'post@lawyers.example', to: ENVELOPE_TO, slug: 'smime', age: 3 * DAY + 2 * HOUR },
    [
      `From: ${LAWYER}`,
      `To: ${ALICE}`,
      'Subject: Confidential',
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename="smime.p7m"',
    ],
    lines(...base64Lines(noise(4200))),
  );
}

/** PGP/MIME (RFC 3156 4). */
function pgp(): DemoMessage {
  return byHand(
    { from: 'bob@demo.test', to: ENVELOPE_TO, slug: 'pgp', age: 5 * DAY + 3 * HOUR },
    [
      `From: ${BOB}`,
      `To: ${ALICE}`,
      'Subject: ...',
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"',
    ],
    lines(
      '--enc',
      'Content-Type: application/pgp-encrypted',
      '',
      'Version: 1',
      '--enc',
      'Content-Type: application/octet-stream; name="encrypted.asc"',
      '',
      '-----BEGIN PGP MESSAGE-----',
      '',
      ...base64Lines(noise(900)),
      '-----END PGP MESSAGE-----',
      '--enc--',
    ),
  );
}

function bare(): DemoMessage[] {
  return [
    byHand(
      { from: 'bob@demo.test', to: ENVELOPE_TO, slug: 'empty', age: 5 * DAY + 20 * HOUR },
      [`From: ${BOB}`, `To: ${ALICE}`],
      '',
    ),
    byHand(
      { from: 'notes@writers.example', to: ENVELOPE_TO, slug: 'flowed', age: 22 * HOUR },
      [
        'From: Writers Circle <notes@writers.example>',
        `To: ${ALICE}`,
        'Subject: Minutes, and a subject that goes on for so long that no list on a phone will ever\r\n show the whole of it',
        // RFC 3676: lines that end in a space go on.
        'Content-Type: text/plain; charset=utf-8; format=flowed',
      ],
      lines(
        'The circle met on Monday and talked ',
        'about the second chapter for two hours. ',
        'Nobody had read the third.',
        '',
        '-- ',
        'Writers Circle',
      ),
    ),
  ];
}
