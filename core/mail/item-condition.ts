/** Numbers of a message: times in milliseconds since the epoch, sizes in bytes, `entered` as createdModseq. */
export type NumberField = 'received' | 'entered' | 'sent' | 'modified' | 'size';

/** Facts of a message with few values: 0 and 1 for no and yes, the status of its flag, its importance by name. */
export type FactField = 'read' | 'draft' | 'files' | 'flag' | 'importance';

/** Texts of a message; a Message-ID in angle brackets, and none where there is no header of that name. */
export type TextField = 'subject' | 'topic' | 'messageId' | 'class';

/**
 * How texts are compared: as they are; without case, the value being in lower case; or without anything above the letters,
 * the value being what is left of it, in lower case for `plain` and as it is for `unmarked`.
 */
export type TextFold = 'exact' | 'case' | 'plain' | 'unmarked';

export interface TextMatch {
  how: 'equal' | 'begins' | 'contains';
  value: string;
  fold: TextFold;
}

/**
 * What is asked of the items of a folder, in three values: yes, no, and "look at it" (null), with the logic of SQL for and,
 * or and not. A store says yes or no only where it is certain; what it cannot say by its rows, and everything of what is
 * no message, whoever asks must look at.
 */
export type ItemCondition =
  | { kind: 'and' | 'or'; of: readonly ItemCondition[] }
  | { kind: 'not'; of: ItemCondition }
  /** The same for every message. */
  | { kind: 'known'; is: boolean | null }
  /** Whole numbers, both ends belong to it; null is no end. */
  | { kind: 'range'; field: NumberField; min: number | null; max: number | null }
  | { kind: 'oneOf'; field: FactField; values: readonly (number | string)[] }
  | ({ kind: 'text'; field: TextField } & TextMatch)
  /** A category of this name in lower case; null: any at all. */
  | { kind: 'category'; name: string | null }
  /** Null where the text may stand in the name or the address of one of its people. */
  | { kind: 'mentions'; value: string; fold: TextFold }
  /** Null instead of yes. */
  | { kind: 'maybe'; of: ItemCondition }
  /** Null where a property is kept with the item under this key. */
  | { kind: 'unlessKept'; key: string; of: ItemCondition }
  /** One of these, also of what is no message. */
  | { kind: 'items'; itemIds: readonly string[] };

/** Its order in a list: items of one moment by their ids, of one value of another kind the newest first. */
export interface ItemOrder {
  by: NumberField;
  descending: boolean;
}

/** Value of a condition, or null. */
export type Fits = boolean | null;

const YES: ItemCondition = { kind: 'known', is: true };
const NO: ItemCondition = { kind: 'known', is: false };
export const LOOK: ItemCondition = { kind: 'known', is: null };

export function known(is: boolean): ItemCondition {
  return is ? YES : NO;
}

/** All of these, with what says nothing left out. */
export function allOf(conditions: readonly ItemCondition[]): ItemCondition {
  return joined('and', conditions, false);
}

export function anyOf(conditions: readonly ItemCondition[]): ItemCondition {
  return joined('or', conditions, true);
}

/** @param decides the value of one part that decides the whole */
function joined(kind: 'and' | 'or', conditions: readonly ItemCondition[], decides: boolean): ItemCondition {
  const flat = conditions.flatMap((one) => (one.kind === kind ? one.of : [one]));
  if (flat.some((one) => one.kind === 'known' && one.is === decides)) return known(decides);
  const parts: ItemCondition[] = flat.filter((one) => one.kind !== 'known');
  if (flat.some((one) => one.kind === 'known' && one.is === null)) parts.push(LOOK);
  const [first] = parts;
  if (first === undefined) return known(!decides);
  return parts.length === 1 ? first : { kind, of: parts };
}

export function noneOf(condition: ItemCondition): ItemCondition {
  if (condition.kind === 'known') return condition.is === null ? LOOK : known(!condition.is);
  return condition.kind === 'not' ? condition.of : { kind: 'not', of: condition };
}

/** What a condition says of what is no message. */
export function ofOthers(condition: ItemCondition): ItemCondition {
  switch (condition.kind) {
    case 'and':
      return allOf(condition.of.map(ofOthers));
    case 'or':
      return anyOf(condition.of.map(ofOthers));
    case 'not':
      return noneOf(ofOthers(condition.of));
    case 'items':
      return condition;
    default:
      return LOOK;
  }
}
