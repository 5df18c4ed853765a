import { children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { threadIdOf } from '../mail/conversation.ts';
import { STATUS } from '../status.ts';

const { search: S } = STATUS;

const CLASSES = ['Email', 'Calendar', 'Contacts', 'Tasks', 'Notes', 'SMS'];
/** What may stand in an And; beside it, it is too complex (MS-ASCMD 2.2.3.10 and the elements' own sections). */
const OPERANDS = [
  'AirSync:Class',
  'AirSync:CollectionId',
  'Search:FreeText',
  'Search:ConversationId',
  'Search:GreaterThan',
  'Search:LessThan',
];
const OPERATORS = ['Search:And', 'Search:Or'];

/** What the Query of a mailbox search asks for (MS-ASCMD 2.2.3.142.2). */
export interface Criteria {
  /** Empty: every class. */
  classes: string[];
  collectionIds: string[];
  texts: string[];
  /** null: any conversation; 'none': one that is none of ours. */
  threadId: string | null;
  /** Received after this and before that, in milliseconds, both excluded. */
  after: number | null;
  before: number | null;
}

/** The criteria, or the status of the Store that says what is wrong with them. */
export function readCriteria(query: WbxmlElement | undefined): Criteria | number {
  if (query === undefined) return S.invalid;
  const plain = query.text.trim();
  if (query.children.length === 0 && plain !== '') return { ...NOTHING, texts: [plain] };
  const unknown = query.children.some((c) => !OPERANDS.includes(c.tag) && !OPERATORS.includes(c.tag));
  if (unknown || query.children.length === 0) return S.invalid;
  const [and, ...others] = query.children;
  if (and === undefined || others.length > 0 || and.tag !== 'Search:And') return S.tooComplex;
  return readAnd(and);
}

const NOTHING: Criteria = {
  classes: [],
  collectionIds: [],
  texts: [],
  threadId: null,
  after: null,
  before: null,
};

function readAnd(and: WbxmlElement): Criteria | number {
  if (and.children.some((c) => OPERATORS.includes(c.tag))) return S.tooComplex;
  if (and.children.some((c) => !OPERANDS.includes(c.tag))) return S.invalid;
  const texts = (tag: string) => children(and, tag).map((c) => c.text.trim());
  const criteria = {
    ...NOTHING,
    classes: texts('AirSync:Class'),
    collectionIds: texts('AirSync:CollectionId'),
    texts: texts('Search:FreeText'),
  };
  if (criteria.classes.some((name) => !CLASSES.includes(name))) return S.invalid;
  const conversations = children(and, 'Search:ConversationId');
  // MS-ASCMD 2.2.3.35.2
  if (conversations.length > 1) return S.invalid;
  if (conversations.length === 1) criteria.threadId = threadIdOf(conversations[0]) ?? 'none';
  for (const element of children(and, 'Search:GreaterThan')) {
    const at = comparedDate(element);
    if (at === null) return S.invalid;
    criteria.after = Math.max(criteria.after ?? at, at);
  }
  for (const element of children(and, 'Search:LessThan')) {
    const at = comparedDate(element);
    if (at === null) return S.invalid;
    criteria.before = Math.min(criteria.before ?? at, at);
  }
  const asks =
    criteria.texts.length > 0 ||
    criteria.threadId !== null ||
    criteria.after !== null ||
    criteria.before !== null;
  return asks ? criteria : S.invalid;
}

/** DateReceived and then its Value (MS-ASCMD 2.2.3.82): a date as MS-ASDTYPE 2.3 has it, or without its punctuation. */
function comparedDate(element: WbxmlElement): number | null {
  const [property, value, ...others] = element.children;
  if (property?.tag !== 'Email:DateReceived' || value?.tag !== 'Search:Value' || others.length > 0)
    return null;
  const text = (textOf(element, 'Search:Value') ?? '').trim();
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const iso = compact === null ? text : text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const at = /^\d{4}-\d\d-\d\d/.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
