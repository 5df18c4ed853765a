import type { ExtendedName } from '../path.ts';
import { extendedKey } from '../path.ts';
import type { StoredProperty } from '../view.ts';
import type { MessageDraft } from './message.ts';

// MS-OXCMSG 2.2.1.6
const READ = 0x1;
const UNSENT = 0x8;

/**
 * What MAPI properties mean that clients set on messages (DavMail, Thunderbird, Evolution): state and fields that the
 * message has of its own. False: it is none of these, and is kept as it came.
 */
export function editMapi(draft: MessageDraft, property: ExtendedName, value: StoredProperty | null): boolean {
  const apply = MEANINGS[extendedKey(property)];
  if (apply === undefined) return false;
  return apply(draft, value) !== false;
}

type Meaning = (draft: MessageDraft, value: StoredProperty | null) => undefined | false;

const text = (value: StoredProperty | null): string =>
  value === null ? '' : typeof value.value === 'string' ? value.value : (value.value[0] ?? '');
const number = (value: StoredProperty | null): number => Number(text(value));
const time = (value: StoredProperty | null): number => Date.parse(text(value));

const MEANINGS: Readonly<Record<string, Meaning>> = {
  // PidTagMessageFlags
  '0x0e07': (draft, value) => {
    const flags = number(value);
    if (!Number.isInteger(flags)) return false;
    draft.isRead = (flags & READ) !== 0;
    draft.isDraft = (flags & UNSENT) !== 0;
    return undefined;
  },
  // PidTagMessageDeliveryTime
  '0x0e06': (draft, value) => {
    const at = time(value);
    if (Number.isNaN(at)) return false;
    draft.receivedAt = at;
    return undefined;
  },
  // PidTagSubject
  '0x0037': (draft, value) => {
    draft.patch.subject = text(value)
      .replace(/[\r\n]+/g, ' ')
      .slice(0, 998);
    return undefined;
  },
  // PidTagImportance
  '0x0017': (draft, value) => {
    const importance = (['low', 'normal', 'high'] as const)[number(value)];
    if (importance === undefined) return false;
    draft.patch.importance = importance;
    return undefined;
  },
  // PidTagFlagStatus: 1 complete, 2 flagged (MS-OXOFLAG 2.2.1.1)
  '0x1090': (draft, value) => {
    const status = number(value);
    // Whatever else a client means by a number of its own.
    if (value !== null && ![0, 1, 2].includes(status)) return false;
    draft.flag = status === 1 || status === 2 ? { status, type: 'Flag for follow up' } : null;
    return undefined;
  },
  'PublicStrings/Keywords': (draft, value) => {
    draft.categories = value === null ? [] : typeof value.value === 'string' ? [value.value] : value.value;
    return undefined;
  },
};
