import type {
  Fits,
  ItemCondition,
  NumberField,
  TextField,
  TextMatch,
} from '../../core/mail/item-condition.ts';
import type { Entry } from './mailbox-data.ts';

/** Value of a condition of an item. */
export function fits(condition: ItemCondition, entry: Entry): Fits {
  if (condition.kind === 'items') return condition.itemIds.includes(entry.state.itemId);
  if (condition.kind === 'and') return conjunction(condition.of.map((one) => fits(one, entry)));
  if (condition.kind === 'or')
    return negated(conjunction(condition.of.map((one) => negated(fits(one, entry)))));
  if (condition.kind === 'not') return negated(fits(condition.of, entry));
  const { state, message } = entry;
  if (message === null) return null;
  switch (condition.kind) {
    case 'known':
      return condition.is;
    case 'range': {
      const value = numberOf(entry, condition.field);
      return (
        (condition.min === null || value >= condition.min) &&
        (condition.max === null || value <= condition.max)
      );
    }
    case 'oneOf':
      return condition.values.includes(
        {
          read: Number(state.isRead),
          draft: Number(message.isDraft),
          files: Number(message.parts.some((part) => part.isAttachment && !part.isInline)),
          flag: state.flag?.status ?? 0,
          importance: message.importance,
        }[condition.field],
      );
    case 'text': {
      const text = textOf(entry, condition.field);
      return text === null ? false : matches(text, condition);
    }
    case 'category': {
      const { name } = condition;
      if (state.categories.length === 0) return false;
      return name === null || state.categories.some((one) => one.toLowerCase() === name);
    }
    case 'mentions': {
      const { from, sender, replyTo, to, cc, bcc } = message;
      const people = [from, sender, replyTo, to, cc, bcc].flat();
      const { value, fold } = condition;
      const found = people.some((one) =>
        [one.name, one.address].some((text) => matches(text, { how: 'contains', value, fold }) !== false),
      );
      return found ? null : false;
    }
    case 'maybe':
      return fits(condition.of, entry) === false ? false : null;
    case 'unlessKept':
      return state.extended?.[condition.key] === undefined ? fits(condition.of, entry) : null;
  }
}

function negated(value: Fits): Fits {
  return value === null ? null : !value;
}

function conjunction(values: readonly Fits[]): Fits {
  return values.includes(false) ? false : values.includes(null) ? null : true;
}

export function numberOf({ state, message, lastVerbAt }: Entry, field: NumberField): number {
  switch (field) {
    case 'received':
      return state.receivedAt;
    case 'entered':
      return state.createdModseq;
    case 'sent':
      return message?.sentAt ?? state.receivedAt;
    case 'modified':
      return Math.max(state.receivedAt, lastVerbAt ?? 0);
    case 'size':
      return state.size;
  }
}

function textOf({ message }: Entry, field: TextField): string | null {
  if (message === null) return null;
  switch (field) {
    case 'subject':
      return message.subject;
    case 'topic':
      return message.baseSubject;
    case 'messageId':
      return message.messageIdHeader === null ? null : `<${message.messageIdHeader}>`;
    case 'class':
      return message.messageClass;
  }
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function matches(text: string, { how, value, fold }: TextMatch): Fits {
  const holds = (one: string) =>
    how === 'equal' ? one === value : how === 'begins' ? one.startsWith(value) : one.includes(value);
  if (fold === 'exact') return holds(text);
  if (fold === 'case' && isAscii(value)) return holds(text.toLowerCase());
  if (!isAscii(text)) return null;
  return holds(fold === 'unmarked' ? text : text.toLowerCase());
}
