import legacy from '../legacy-charsets.data.json' with { type: 'json' };
import { ALICE, byHand, compose, DAY, type DemoMessage, HOUR } from '../message.ts';

const ENVELOPE_TO = 'alice@demo.test';

interface Letter {
  charset: keyof typeof legacy;
  from: string;
  age: number;
  /** How the body travels: as it is (8bit or 7bit) or as base64. */
  encoding: '7bit' | '8bit' | 'base64';
  /** The Subject field as raw bytes without any encoded word, as old software sends it. */
  rawSubject?: boolean;
}

const LETTERS: Letter[] = [
  { charset: 'iso-2022-jp', from: 'sales@company.example', age: 9 * HOUR, encoding: '7bit' },
  { charset: 'gb18030', from: 'purchasing@supplier.example', age: 28 * HOUR, encoding: 'base64' },
  { charset: 'windows-874', from: 'building@office.example', age: 2 * DAY + 4 * HOUR, encoding: 'base64' },
  { charset: 'iso-8859-7', from: 'gallery@museum.example', age: 3 * DAY + 6 * HOUR, encoding: '8bit' },
  {
    charset: 'koi8-r',
    from: 'school@lessons.example',
    age: 4 * DAY + HOUR,
    encoding: '8bit',
    rawSubject: true,
  },
  { charset: 'windows-1255', from: 'shop@books.example', age: 5 * DAY, encoding: 'base64' },
];

/** Texts in the charsets of their time, and two in UTF-8 with right-to-left script and emoji. */
export function languages(): DemoMessage[] {
  return [
    ...LETTERS.map(letter),
    compose({
      slug: 'arabic',
      age: 11 * HOUR,
      envelopeFrom: 'events@culture.example',
      envelopeTo: ENVELOPE_TO,
      from: '"مركز الثقافة" <events@culture.example>',
      to: ALICE,
      subject: 'دعوة إلى أمسية موسيقية',
      html: '<div dir="rtl"><p>يسعدنا دعوتكم إلى أمسية موسيقية يوم <b>الخميس</b> القادم الساعة السابعة مساءً.</p><p>الدخول مجاني.</p></div>',
      text: 'يسعدنا دعوتكم إلى أمسية موسيقية يوم الخميس القادم الساعة السابعة مساءً.\nالدخول مجاني.',
    }),
    compose({
      slug: 'korean',
      age: 50 * HOUR,
      envelopeFrom: 'team@studio.example',
      envelopeTo: ENVELOPE_TO,
      from: '"스튜디오 팀" <team@studio.example>',
      to: ALICE,
      subject: '🎉 새 사무실로 이사했습니다 🎉',
      text: '안녕하세요,\n\n저희 팀이 새 사무실로 이사했습니다. 다음 주 금요일에 놀러 오세요! 👩‍💻☕️\n\n스튜디오 팀',
    }),
  ];
}

function letter({ charset, from, age, encoding, rawSubject = false }: Letter): DemoMessage {
  const { subject, body } = legacy[charset];
  const subjectField = rawSubject
    ? Buffer.concat([Buffer.from('Subject: '), Buffer.from(subject, 'base64')])
    : `Subject: ${encodedWords(charset, subject)}`;
  return byHand(
    { from, to: ENVELOPE_TO, slug: `letter-${charset}`, age },
    [
      `From: <${from}>`,
      `To: ${ALICE}`,
      subjectField,
      `Content-Type: text/plain; charset=${charset}`,
      `Content-Transfer-Encoding: ${encoding}`,
    ],
    encoding === 'base64' ? `${body.replace(/.{76}/g, '$&\r\n')}\r\n` : Buffer.from(body, 'base64'),
  );
}

/** The subject as encoded words; base64 of a longer one is cut inside a character, as some senders do (RFC 2047 5). */
function encodedWords(charset: string, subject: string): string {
  const pieces = subject.match(/.{1,44}/g) ?? [];
  return pieces.map((piece) => `=?${charset}?B?${piece}?=`).join('\r\n ');
}
