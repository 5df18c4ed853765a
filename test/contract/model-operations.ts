import fc from 'fast-check';
import type { FolderRole, LastVerb, MessageFlag } from '../../core/mail/types.ts';
import type { FlagChange } from '../../core/ports/mail.ts';

export const ROLES = ['inbox', 'archive', 'deleted', 'sent'] as const satisfies readonly FolderRole[];
/** Ids of the folders that the model makes. */
export const FOLDERS = ['f1', 'f2', 'f3', 'f4'] as const;
export const NAMES = ['a', 'b', 'c', 'd', 'e'];
/** Ids of the objects that the model puts. */
export const OBJECTS = ['object-a', 'object-b', 'object-c'] as const;
export const REPLACEMENTS = ['r1', 'r2'] as const;

/** A folder by its role, or by its id. */
export type Place = (typeof ROLES)[number] | (typeof FOLDERS)[number];

export type Operation =
  | { kind: 'insert'; mails: { name: string; twin: string | null; to: Place; isDraft: boolean }[] }
  | {
      kind: 'replace';
      name: string;
      raw: (typeof REPLACEMENTS)[number];
      sharesKey: boolean;
      isDraft: boolean;
    }
  | { kind: 'flags'; changes: FlagChange[] }
  | { kind: 'verb'; ids: string[]; verb: LastVerb; at: number }
  | { kind: 'move'; ids: string[]; to: Place; from: Place | null }
  | { kind: 'remove'; ids: string[]; from: Place | null }
  | { kind: 'makeFolder'; id: (typeof FOLDERS)[number]; parent: Place | null; name: string }
  | { kind: 'changeFolder'; id: Place; parent: Place | null; name: string }
  | { kind: 'dropFolder'; id: Place }
  | { kind: 'empty'; ids: Place[] }
  | { kind: 'rule'; thread: string; to: Place | null }
  | {
      kind: 'put';
      puts: { id: (typeof OBJECTS)[number]; to: Place; what: 'event' | 'contact'; title: string }[];
      /** Of a single one: null, its present modseq or another one. */
      expect: 'any' | 'none' | 'present' | 'other';
      announce: boolean;
    }
  | { kind: 'mark'; id: (typeof OBJECTS)[number]; what: 'announced' | 'remind'; isCurrent: boolean }
  | { kind: 'note'; people: { address: string; name: string }[]; at: number };

const name = fc.constantFrom(...NAMES);
const role = fc.constantFrom(...ROLES);
const made = fc.oneof(fc.constantFrom('f1' as const, 'f2' as const), fc.constantFrom(...FOLDERS));
const place: fc.Arbitrary<Place> = fc.oneof({ weight: 3, arbitrary: role }, { weight: 2, arbitrary: made });
const itemId = fc.oneof(
  { weight: 4, arbitrary: name.map((n) => `item-${n}`) },
  { weight: 1, arbitrary: fc.tuple(name, name).map(([n, twin]) => `item-${n}~${twin}`) },
  { weight: 2, arbitrary: fc.constantFrom(...OBJECTS) },
);
const ids = fc.array(itemId, { minLength: 1, maxLength: 6 });
const folderName = fc.constantFrom('Work', 'work', 'Žluť', 'žluť', 'Inbox', 'Private');
const kind = <K extends string>(k: K) => fc.constant(k);

const insert = fc.record({
  kind: kind('insert'),
  mails: fc.array(fc.record({ name, twin: fc.option(name, { freq: 3 }), to: place, isDraft: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
});
const flags = fc.record({
  kind: kind('flags'),
  changes: fc.array(
    fc.record(
      {
        itemId,
        isRead: fc.boolean(),
        flag: fc.constantFrom<MessageFlag | null>(null, { status: 2 }, { status: 1, completeTime: 5 }),
        categories: fc.constantFrom<string[]>([], ['Blue']),
      },
      { requiredKeys: ['itemId'] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});
const folderChanges = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: kind('makeFolder'), id: made, parent: fc.option(place), name: folderName }),
  },
  fc.record({
    kind: kind('changeFolder'),
    id: fc.oneof(made, fc.constant('archive' as const)),
    parent: fc.option(place),
    name: folderName,
  }),
  fc.record({ kind: kind('dropFolder'), id: fc.oneof(made, fc.constant('archive' as const)) }),
  fc.record({ kind: kind('empty'), ids: fc.array(place, { maxLength: 3 }) }),
);

const puts = fc.record({
  kind: kind('put'),
  puts: fc.array(
    fc.record({
      id: fc.constantFrom(...OBJECTS),
      to: place,
      what: fc.constantFrom('event' as const, 'event' as const, 'contact' as const),
      title: fc.constantFrom('Lunch', 'Žluť', ''),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  expect: fc.constantFrom(
    'any' as const,
    'any' as const,
    'none' as const,
    'present' as const,
    'other' as const,
  ),
  announce: fc.boolean(),
});
const mark = fc.record({
  kind: kind('mark'),
  id: fc.constantFrom(...OBJECTS),
  what: fc.constantFrom('announced' as const, 'remind' as const),
  isCurrent: fc.boolean(),
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: puts },
  mark,
  { weight: 4, arbitrary: insert },
  { weight: 3, arbitrary: flags },
  { weight: 3, arbitrary: fc.record({ kind: kind('move'), ids, to: place, from: fc.option(place) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('remove'), ids, from: fc.option(place, { freq: 2 }) }) },
  { weight: 4, arbitrary: folderChanges },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('replace'),
      name,
      raw: fc.constantFrom(...REPLACEMENTS),
      sharesKey: fc.boolean(),
      isDraft: fc.boolean(),
    }),
  },
  fc.record({
    kind: kind('verb'),
    ids,
    verb: fc.constantFrom<LastVerb>(0, 1, 2, 3),
    at: fc.constantFrom(5, 6),
  }),
  fc.record({
    kind: kind('rule'),
    thread: name.map((n) => `thread-${n}`),
    to: fc.option(place, { freq: 3 }),
  }),
  fc.record({
    kind: kind('note'),
    people: fc.array(
      fc.record({
        address: fc.constantFrom('ann@example.com', 'bob@example.com', 'eva@example.com'),
        name: fc.constantFrom('', 'Ann', 'Ánn'),
      }),
      { maxLength: 4 },
    ),
    at: fc.integer({ min: 10, max: 14 }),
  }),
);

const FURNISHED: Operation[] = [
  { kind: 'makeFolder', id: 'f1', parent: null, name: 'Work' },
  { kind: 'makeFolder', id: 'f2', parent: 'f1', name: 'Private' },
  {
    kind: 'insert',
    mails: NAMES.map((n, i) => ({ name: n, twin: null, to: i < 3 ? 'inbox' : 'f1', isDraft: i === 0 })),
  },
  { kind: 'note', people: [{ address: 'ann@example.com', name: 'Ann' }], at: 10 },
];

/** Sequences of operations, most of them in a mailbox that has folders and mail already. */
export const operations: fc.Arbitrary<Operation[]> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(FURNISHED) }, fc.constant<Operation[]>([])),
    fc.array(operation, { minLength: 3, maxLength: 14, size: 'large' }),
  )
  .map(([first, rest]) => [...first, ...rest]);
