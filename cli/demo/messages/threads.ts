import { pdf } from '../files.ts';
import { ALICE, BOB, CAROL, type Composed, compose, DAY, type DemoMessage, HOUR } from '../message.ts';

const PARTNER = 'Project Office <projects@partner.example>';

const PLANNING: Pick<Composed, 'slug' | 'from' | 'age' | 'text'>[] = [
  {
    slug: 'planning-1',
    from: BOB,
    age: 3 * DAY,
    text: 'Hi Alice, hi Carol,\n\nhere is my first list for the next quarter:\n\n1. move the archive\n2. new phones for the field team\n3. training\n\nWhat is missing?\n\nBob',
  },
  {
    slug: 'planning-2',
    from: CAROL,
    age: 3 * DAY - 2 * HOUR,
    text: 'Bob,\n\nthe budget review is missing. It has to come before the training.\n\nCarol\n\n> 3. training\n> What is missing?',
  },
  {
    slug: 'planning-3',
    from: PARTNER,
    age: 2 * DAY,
    text: 'Dear all,\n\nwe can send two trainers in the third week. Please tell us the number of participants.\n\nProject Office',
  },
  {
    slug: 'planning-4',
    from: BOB,
    age: 26 * HOUR,
    text: 'Twelve people, I think. Alice, can you confirm?\n\nBob\n\n> Please tell us the number of participants.',
  },
];

/** A discussion of five among three people; the last one brings the file. */
function planning(): DemoMessage[] {
  const slugs = PLANNING.map((m) => m.slug);
  const replies = PLANNING.map((m, i) =>
    compose({
      ...m,
      envelopeFrom: m.from === PARTNER ? 'projects@partner.example' : 'planning@demo.test',
      envelopeTo: 'alice@demo.test',
      to: [ALICE, m.from === BOB ? CAROL : BOB],
      subject: i === 0 ? 'Planning for the next quarter' : 'Re: Planning for the next quarter',
      thread: slugs.slice(0, i),
    }),
  );
  const last = compose({
    slug: 'planning-5',
    age: 20 * HOUR,
    envelopeFrom: 'carol@demo.test',
    envelopeTo: 'alice@demo.test',
    from: CAROL,
    to: ALICE,
    cc: BOB,
    subject: 'Re: Planning for the next quarter',
    text: 'The budget as agreed is attached.\n\nCarol',
    attachments: [
      {
        filename: 'Budget.pdf',
        content: pdf(['Budget for the next quarter', '', 'Archive   4000', 'Phones    9000']),
      },
    ],
    thread: slugs,
  });
  return [...replies, last];
}

/** Two who write to each other, with quoted text in HTML. */
function lunch(): DemoMessage[] {
  const common = { envelopeFrom: 'bob@demo.test', envelopeTo: 'alice@demo.test', from: BOB, to: ALICE };
  return [
    compose({
      ...common,
      slug: 'lunch-1',
      age: 5 * HOUR,
      subject: 'Lunch?',
      text: 'The new place at the harbour has opened. Thursday at noon? 🍜',
    }),
    compose({
      ...common,
      slug: 'lunch-2',
      age: 3 * HOUR,
      subject: 'Re: Lunch?',
      html: '<p>They are full on Thursday, so I took a table for <b>Friday, 12:15</b>.</p><blockquote><p>Thursday is fine!</p></blockquote>',
      text: 'They are full on Thursday, so I took a table for Friday, 12:15.\n\n> Thursday is fine!',
      thread: ['lunch-1', 'lunch-1-answer'],
    }),
  ];
}

export function threads(): DemoMessage[] {
  return [...planning(), ...lunch()];
}
