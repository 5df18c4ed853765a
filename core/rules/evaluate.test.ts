import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateRules } from './evaluate.ts';
import { foldRules, foldText, type RuleFacts } from './facts.ts';
import { FLAG_PREDICATES, type Rule, type RuleActions, type RulePredicates } from './types.ts';
import { parseRules } from './validate.ts';

const facts = (over: Partial<RuleFacts> = {}): RuleFacts => ({
  subject: 'plan for monday',
  from: ['boss <boss@x.example>'],
  fromAddresses: ['boss@x.example'],
  recipients: ['ann <ann@one.example>', ' <team@one.example>'],
  to: ['ann@one.example'],
  cc: ['team@one.example'],
  isSelf: (address) => address === 'ann@one.example',
  messageClass: 'ipm.note',
  categories: ['red'],
  classifications: [],
  importance: 'normal',
  sensitivity: 'normal',
  hasAttachments: false,
  flagRequest: '',
  header: ['x-mailer: acme 1.0'],
  is: {
    ...{ isApprovalRequest: false, isAutomaticForward: false, isAutomaticReply: false, isEncrypted: false },
    ...{ isMeetingRequest: false, isMeetingResponse: false, isNDR: false, isPermissionControlled: false },
    ...{ isReadReceipt: false, isSigned: false, isVoicemail: false },
  },
  receivedAt: 1000,
  size: 10 * 1024,
  body: 'see you at nine',
  ...over,
});

let ids = 0;
function rule(conditions: RulePredicates, actions: RuleActions, over: Partial<Rule> = {}): Rule {
  const base = { ruleId: `r${++ids}`, name: 'n', enabled: true, exceptions: {}, error: null };
  return { ...base, conditions, actions, ...over };
}

const holds = (conditions: RulePredicates, over: Partial<RuleFacts> = {}) =>
  evaluateRules(foldRules([rule(conditions, { markAsRead: true })]), facts(over)).markAsRead;

describe('a condition', () => {
  const is = facts().is;
  test.each<[RulePredicates, Partial<RuleFacts>, Partial<RuleFacts>]>([
    [{ categoriesContains: ['RED'] }, {}, { categories: ['redder'] }],
    [{ containsBodyStrings: ['Nine'] }, {}, { body: 'ten' }],
    [{ containsHeaderStrings: ['X-Mailer: ACME'] }, {}, { header: [] }],
    [{ containsRecipientStrings: ['team@'] }, {}, { recipients: [] }],
    [{ containsSenderStrings: ['@x.example'] }, {}, { from: ['b <b@y.example>'] }],
    [{ containsSubjectOrBodyStrings: ['monday', 'zzz'] }, {}, { subject: 'tuesday' }],
    [{ containsSubjectOrBodyStrings: ['nine'] }, {}, { body: '' }],
    [{ containsSubjectStrings: ['Plan'] }, {}, { subject: '' }],
    [{ flaggedForAction: 'Any' }, { flagRequest: 'anything' }, {}],
    [{ flaggedForAction: 'FollowUp' }, { flagRequest: 'follow up' }, { flagRequest: 'call' }],
    [{ fromAddresses: ['boss@x.example'] }, {}, { fromAddresses: ['big-boss@x.example'] }],
    [{ hasAttachments: true }, { hasAttachments: true }, {}],
    [{ importance: 'high' }, { importance: 'high' }, {}],
    [{ sensitivity: 'private' }, { sensitivity: 'private' }, {}],
    [{ itemClasses: ['IPM.Note'] }, { messageClass: 'ipm.note.smime' }, { messageClass: 'ipm.notes' }],
    [{ messageClassifications: ['Secret'] }, { classifications: ['secret'] }, {}],
    [{ isNDR: true }, { is: { ...is, isNDR: true } }, {}],
    [{ isMeetingRequest: true }, { is: { ...is, isMeetingRequest: true } }, {}],
    [{ isSigned: true }, { is: { ...is, isSigned: true } }, {}],
    [{ sentToMe: true }, {}, { to: ['bob@one.example'] }],
    [{ notSentToMe: true }, { to: [] }, {}],
    [{ sentCcMe: true }, { cc: ['ann@one.example'] }, {}],
    [{ sentToOrCcMe: true }, { to: [], cc: ['ann@one.example'] }, { to: [], cc: [] }],
    [{ sentOnlyToMe: true }, { cc: [] }, {}],
    [{ sentToAddresses: ['team@one.example'] }, {}, { cc: [] }],
    [{ withinDateRange: { start: 1000, end: 1001 } }, {}, { receivedAt: 1001 }],
    [{ withinDateRange: { end: 1001 } }, {}, { receivedAt: 1001 }],
    [{ withinSizeRange: { minimum: 10, maximum: 10 } }, {}, { size: 10 * 1024 + 1 }],
    [{ withinSizeRange: { minimum: 10 } }, {}, { size: 10 * 1024 - 1 }],
  ])('%j holds and does not', (conditions, yes, no) => {
    expect(holds(conditions, yes)).toBe(true);
    expect(holds(conditions, no)).toBe(false);
  });

  test('compares without case and without regard to how letters are composed', () => {
    expect(holds({ containsSubjectStrings: ['PLA\u0301N'] }, { subject: foldText('Plán') })).toBe(true);
  });

  test('none at all holds for everything', () => expect(holds({})).toBe(true));
});

describe('rules of a mailbox', () => {
  const yes: RulePredicates = {};
  const no: RulePredicates = { containsSubjectStrings: ['absent'] };

  test('run in their order until one stops; those disabled, in error or excepted do not count', () => {
    const list = [
      rule(yes, { assignCategories: ['a'] }, { enabled: false }),
      rule(yes, { assignCategories: ['b'] }, { error: { code: 'folder-gone', text: '', at: 1 } }),
      rule(yes, { assignCategories: ['c'] }, { exceptions: { sentToMe: true } }),
      rule(yes, { assignCategories: ['d', 'e'] }),
      rule(no, { assignCategories: ['f'], stopProcessingRules: true }),
      rule(yes, { assignCategories: ['e', 'g'], stopProcessingRules: true }),
      rule(yes, { assignCategories: ['h'] }),
    ];
    const out = evaluateRules(list, facts());
    expect(out.categories).toEqual(['d', 'e', 'g']);
    expect(out.matched).toEqual([list[3]?.ruleId, list[5]?.ruleId]);
  });

  test('MS-OXORULE 3.2.5.1 several that move leave a copy in each folder', () => {
    const out = evaluateRules(
      [
        rule(yes, { moveToFolder: 'one', copyToFolder: 'two' }),
        rule(yes, { moveToFolder: 'three' }),
        rule(yes, { moveToFolder: 'one', copyToFolder: 'two' }),
      ],
      facts(),
    );
    expect(out.destination).toMatchObject({ folderId: 'one' });
    expect(out.copies.map((c) => c.folderId).sort()).toEqual(['three', 'two']);
  });

  test('what one of them moves, another does not delete', () => {
    const move = rule(yes, { moveToFolder: 'one' });
    const remove = rule(yes, { permanentDelete: true });
    for (const list of [
      [move, remove],
      [remove, move],
    ]) {
      expect(evaluateRules(list, facts())).toMatchObject({
        destination: { folderId: 'one' },
        permanentDelete: false,
      });
    }
    expect(evaluateRules([remove], facts())).toMatchObject({ destination: 'deleted', permanentDelete: true });
    const bin = evaluateRules([rule(yes, { delete: true })], facts());
    expect(bin).toMatchObject({ destination: 'deleted', permanentDelete: false });
  });
});

const predicates = fc.record(
  {
    containsSubjectStrings: fc.array(fc.constantFrom('plan', 'MONDAY', 'x', 'absent'), {
      minLength: 1,
      maxLength: 3,
    }),
    containsBodyStrings: fc.array(fc.constantFrom('nine', 'absent'), { minLength: 1, maxLength: 2 }),
    importance: fc.constantFrom('low', 'normal', 'high'),
    ...Object.fromEntries(FLAG_PREDICATES.map((name) => [name, fc.constant(true as const)])),
    withinSizeRange: fc.record({ minimum: fc.nat(5), maximum: fc.integer({ min: 6, max: 20 }) }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RulePredicates>;

const aRule: fc.Arbitrary<Rule> = fc
  .record({
    conditions: predicates,
    exceptions: predicates,
    enabled: fc.boolean(),
    category: fc.constantFrom('a', 'b', 'c'),
    stop: fc.boolean(),
  })
  .map(({ conditions, exceptions, enabled, category, stop }) =>
    rule(
      conditions,
      { assignCategories: [category], ...(stop ? { stopProcessingRules: true as const } : {}) },
      { exceptions, enabled },
    ),
  );

describe('any list of rules', () => {
  test('gives what its rules give one by one, up to the first that stops', () => {
    fc.assert(
      fc.property(fc.array(aRule, { maxLength: 8 }), (list) => {
        const folded = foldRules(list);
        const alone = folded.map((one) => evaluateRules([one], facts()).matched.length === 1);
        const expected: string[] = [];
        for (const [n, one] of folded.entries()) {
          if (!alone[n]) continue;
          expected.push(one.ruleId);
          if (one.actions.stopProcessingRules) break;
        }
        expect(evaluateRules(folded, facts()).matched).toEqual(expected);
      }),
    );
  });

  test('a rule holds exactly when each condition holds alone and no exception does', () => {
    const each = (given: RulePredicates) =>
      Object.entries(given).map(([name, value]) => holds({ [name]: value } as RulePredicates));
    fc.assert(
      fc.property(aRule, (one) => {
        const expected =
          one.enabled && each(one.conditions).every(Boolean) && !each(one.exceptions).some(Boolean);
        expect(evaluateRules(foldRules([one]), facts()).matched.length === 1).toBe(expected);
      }),
    );
  });

  test('is read again as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(aRule, { maxLength: 5, selector: (r) => r.ruleId }), (list) => {
        const once = parseRules(JSON.parse(JSON.stringify(list)), () => 'never');
        expect(parseRules(JSON.parse(JSON.stringify(once)), () => 'never')).toEqual(once);
      }),
    );
  });
});

describe('what is no rule', () => {
  const ok = { name: 'n', actions: { markAsRead: true } };
  test.each<[unknown, RegExp]>([
    [{}, /^rules: must be a list/],
    [[{ ...ok, name: ' ' }], /^rules\[0\]\.name: must not be empty/],
    [[{ name: 'n', actions: {} }], /actions: a rule needs an action/],
    [[{ name: 'n' }], /actions: must be an object/],
    [[{ ...ok, more: 1 }], /rules\[0\]\.more: is unknown/],
    [[{ ...ok, conditions: { fromConnectedAccounts: ['x'] } }], /no connected accounts/],
    [[{ ...ok, conditions: { nonsense: 1 } }], /no such condition/],
    [[{ ...ok, conditions: { fromAddresses: ['no address'] } }], /fromAddresses\[0\]: is no address/],
    [[{ ...ok, conditions: { containsBodyStrings: [] } }], /must not be empty/],
    [[{ ...ok, conditions: { containsBodyStrings: ['x'.repeat(256)] } }], /longer than 255/],
    [[{ ...ok, conditions: { withinSizeRange: { minimum: 2, maximum: 1 } } }], /minimum is after maximum/],
    [[{ ...ok, conditions: { importance: 'urgent' } }], /must be one of low, normal, high/],
    [[{ name: 'n', actions: { sendSMSAlertToRecipients: ['1'] } }], /text messages cannot be sent/],
    [[{ name: 'n', actions: { forwardToRecipients: ['a@b@c d'] } }], /is no address/],
    [[{ name: 'n', actions: { forwardToRecipients: Array(21).fill('a@b.example') } }], /more than 20/],
    [
      [
        { ...ok, ruleId: 'a' },
        { ...ok, ruleId: 'a' },
      ],
      /two have the id a/,
    ],
    [Array(257).fill(ok), /more than 256/],
  ])('%j is refused with the place of the fault', (value, message) => {
    let n = 0;
    expect(() => parseRules(value, () => `id${n++}`)).toThrow(message);
  });

  test('more texts than a message can be compared with are refused', () => {
    const texts = Array.from({ length: 64 }, (_, n) => `text ${n}`);
    const list = Array.from({ length: 32 }, () => ({ ...ok, conditions: { containsBodyStrings: texts } }));
    let n = 0;
    expect(() => parseRules(list, () => `id${n++}`)).toThrow('more than 2000 texts');
  });
});
