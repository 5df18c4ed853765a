import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { MailboxStore } from '../../../core/ports/mail.ts';
import { createMemoryStores } from '../../../store/memory/index.ts';
import { freshRef, message, part } from '../../../test/contract/subject.ts';
import type { EwsContext } from '../context.ts';
import { viewOf } from '../items/load.ts';
import type { Box } from '../mailboxes.ts';
import { conditionOf } from './condition.ts';
import { readProperty } from './read-property.ts';
import { readRestriction } from './restriction.ts';

const element = (
  name: string,
  attributes: Record<string, string>,
  ...children: XmlElement[]
): XmlElement => ({
  ...{ name, attributes, children, text: '', content: children },
});
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

const SUBJECTS = ['Plan', 'plan b', 'RE: Plan', 'Müller', 'MÜLLER \u212a', '', 'a_b%'];
const CATEGORIES = [[], ['Work'], ['work', 'Ärger'], ['a"b', 'x']];
const BASE = Date.UTC(2026, 0, 1);
const KEPT = { type: 'String', value: 'IPM.Post.Kept' };

const FIELDS = [
  ...[
    'item:DateTimeReceived',
    'item:DateTimeCreated',
    'item:DateTimeSent',
    'item:LastModifiedTime',
    'item:Size',
  ],
  ...[
    'message:IsRead',
    'item:IsDraft',
    'item:IsUnmodified',
    'item:HasAttachments',
    'item:Importance',
    'item:Flag',
  ],
  ...[
    'item:IsSubmitted',
    'item:Subject',
    'message:ConversationTopic',
    'message:InternetMessageId',
    'item:ItemClass',
  ],
  ...['message:From', 'message:Sender', 'message:ToRecipients', 'message:CcRecipients', 'item:DisplayTo'],
  ...['item:Categories', 'item:InstanceKey', 'item:Sensitivity', 'message:References', 'calendar:Start'],
];
const TAGS: readonly [string, string][] = [
  ...(['0x0e06', '0x3007', '0x0039', '0x3008'] as const).map((tag): [string, string] => [tag, 'SystemTime']),
  ...(['0x0e08', '0x0e23', '0x0017', '0x1090', '0x0e07', '0x1081'] as const).map((tag): [string, string] => [
    tag,
    'Integer',
  ]),
  ...(['0x0e69', '0x0e1b'] as const).map((tag): [string, string] => [tag, 'Boolean']),
  ...(
    ['0x001a', '0x0037', '0x0070', '0x1035', '0x0c1f', '0x0042', '0x0e04', '0x0e23', '0x7777'] as const
  ).map((tag): [string, string] => [tag, 'String']),
];
const CONSTANTS = [
  ...[
    '',
    '0',
    '1',
    '2',
    '-1',
    '100',
    '350.5',
    '1e999',
    'NaN',
    'true',
    'false',
    'True',
    'high',
    'Normal',
    'LOW',
  ],
  ...[0, 1, 500, 1_000, 2_000, 2_500, 86_400_000].map((n) => new Date(BASE + n).toISOString()),
  ...[
    '2026-01-01',
    'plan',
    'Plan',
    'müller',
    'muller',
    'kelvin',
    'k',
    'work',
    'ärger',
    'a"b',
    ',',
    ';',
    'Ann',
    'IPM.Note',
  ],
  ...[
    'ann@example.com',
    'ANN@example.com',
    'Jörg',
    '<m1@x.example>',
    '<M1@X.example>',
    'm1@x',
    '<own@x>',
    'IPM.Post.Kept',
    'v',
  ],
];

describe('what the store is asked of a restriction', () => {
  let mailbox: MailboxStore;
  let messages: Message[];
  let inbox: string;
  const context = { services: { blobs: { readRange: async () => null } } } as unknown as EwsContext;
  let box: Box;

  beforeAll(async () => {
    mailbox = createMemoryStores().mail.mailbox(freshRef());
    await mailbox.create(1);
    inbox = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
    const list = Array.from({ length: 40 }, (_, n) =>
      message(`c${n}`, {
        receivedAt: BASE + Math.floor(n / 3) * 500,
        sentAt: n % 4 === 0 ? null : BASE + n * 250,
        size: (n % 8) * 50,
        subject: pick(SUBJECTS, n),
        baseSubject: pick(SUBJECTS, n).replace('RE: ', ''),
        messageIdHeader: n % 6 === 0 ? null : `${n % 2 === 0 ? 'm' : 'M'}${n % 5}@x.example`,
        importance: pick(['low', 'normal', 'high'] as const, n),
        messageClass: pick(['IPM.Note', 'IPM.Post', 'IPM.Note.Müller'], n),
        isRead: n % 2 === 0,
        isDraft: n % 7 === 0,
        from:
          n % 5 === 0
            ? []
            : [{ name: pick(['Ann', 'Jörg', ''], n), address: pick(['ann@example.com', 'j@x.example'], n) }],
        sender: n % 10 === 0 ? [{ name: 'Ann "S"', address: 's@x.example' }] : [],
        to:
          n % 3 === 0
            ? []
            : [
                { name: 'A; B, C', address: 'abc@x.example' },
                { name: '', address: 'v@x.example' },
              ],
        categories: pick(CATEGORIES, n),
        flag: pick([null, { status: 2 as const }, { status: 1 as const }], n),
        parts: n % 4 === 1 ? [part(0), part(2, { isAttachment: true, isInline: n % 8 === 1 })] : [],
      }),
    );
    await mailbox.insertMany(list);
    await mailbox.setLastVerb(['item-c3', 'item-c9'], 1, BASE + 86_400_000);
    await mailbox.setExtended([
      {
        itemId: 'item-c5',
        properties: { 'ews:item:ItemClass': KEPT, '0x1035': { type: 'String', value: '<own@x>' } },
      },
      {
        itemId: 'item-c6',
        properties: {
          '0x0e69': { type: 'Boolean', value: 'true' },
          '0x7777': { type: 'String', value: 'v' },
        },
      },
      { itemId: 'item-c8', properties: { '0x0e06': { type: 'SystemTime', value: '2020-01-01T00:00:00Z' } } },
    ]);
    messages = await mailbox.messages(list.map((one) => one.itemId));
    const user = { displayName: 'Ann', address: 'ann@example.com' };
    box = { ref: mailbox.ref, user, own: true, store: mailbox } as unknown as Box;
  });

  const path = fc.oneof(
    fc.constantFrom(...FIELDS).map((FieldURI) => element('FieldURI', { FieldURI })),
    fc
      .constantFrom(...TAGS)
      .map(([PropertyTag, PropertyType]) => element('ExtendedFieldURI', { PropertyTag, PropertyType })),
    fc.constant(
      element('ExtendedFieldURI', {
        ...{
          DistinguishedPropertySetId: 'PublicStrings',
          PropertyName: 'Keywords',
          PropertyType: 'StringArray',
        },
      }),
    ),
  );
  const constant = fc.constantFrom(...CONSTANTS).map((Value) => element('Constant', { Value }));
  const leaf = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({
          name: fc.constantFrom(
            ...[
              'IsEqualTo',
              'IsNotEqualTo',
              'IsGreaterThan',
              'IsGreaterThanOrEqualTo',
              'IsLessThan',
              'IsLessThanOrEqualTo',
            ],
          ),
          left: path,
          right: fc.oneof({ weight: 9, arbitrary: constant }, { weight: 1, arbitrary: path }),
        })
        .map(({ name, left, right }) => element(name, {}, left, element('FieldURIOrConstant', {}, right))),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({
          ContainmentMode: fc.constantFrom(
            'FullString',
            'Prefixed',
            'Substring',
            'PrefixOnWords',
            'ExactPhrase',
          ),
          ContainmentComparison: fc.constantFrom(
            ...[
              'Exact',
              'IgnoreCase',
              'IgnoreNonSpacingCharacters',
              'Loose',
              'IgnoreCaseAndNonSpacingCharacters',
            ],
          ),
          left: path,
          right: constant,
        })
        .map(({ left, right, ...attributes }) => element('Contains', attributes, left, right)),
    },
    path.map((one) => element('Exists', {}, one)),
    fc
      .record({ left: path, mask: fc.constantFrom('0', '1', '2', '3') })
      .map(({ left, mask }) => element('Excludes', {}, left, element('Bitmask', { Value: mask }))),
  );
  const restriction = fc.letrec<{ node: XmlElement }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((of) => element('And', {}, ...of)),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((of) => element('Or', {}, ...of)),
      tie('node').map((of) => element('Not', {}, of)),
    ),
  })).node;

  it('is never otherwise than what looking at each message says', async () => {
    let sure = 0;
    await fc.assert(
      fc.asyncProperty(restriction, async (one) => {
        const whole = element('Restriction', {}, one);
        const test = readRestriction(whole, { read: (asked) => readProperty(asked, context) });
        const found = await mailbox.fitting(
          ...([inbox, conditionOf(whole, () => null), { by: 'received', descending: true }, 0, 100] as const),
        );
        const said = new Map(found.map((fit) => [fit.itemId, fit.sure]));
        for (const m of messages) {
          const fits = test(viewOf(box, m, m, null));
          if (fits) expect(said.has(m.itemId), `${m.itemId} is left out`).toBe(true);
          else expect(said.get(m.itemId), `${m.itemId} is taken for sure`).not.toBe(true);
          if (said.get(m.itemId) !== false) sure++;
        }
      }),
      { numRuns: 1_500 },
    );
    // Most of it is said by the rows alone.
    expect(sure).toBeGreaterThan(1_500 * 40 * 0.4);
  });

  it('is at most so much as the database takes; the rest is looked at', () => {
    const subject = (n: number) =>
      element(
        ...(['IsEqualTo', {}, element('FieldURI', { FieldURI: 'item:Subject' })] as const),
        element('FieldURIOrConstant', {}, element('Constant', { Value: `subject ${n}` })),
      );
    const many = element('Or', {}, ...Array.from({ length: 200 }, (_, n) => subject(n)));
    const condition = conditionOf(element('Restriction', {}, many), () => null);
    expect(condition.kind === 'or' && condition.of.length).toBe(9);
    expect(condition.kind === 'or' && condition.of.at(-1)).toEqual({ kind: 'known', is: null });
    let deep = subject(1);
    for (let n = 0; n < 30; n++) deep = element(n % 2 === 0 ? 'And' : 'Or', {}, subject(n), deep);
    expect(JSON.stringify(conditionOf(element('Restriction', {}, deep), () => null)).length).toBeLessThan(
      2_000,
    );
  });
});
