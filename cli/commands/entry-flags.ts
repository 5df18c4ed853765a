import type { SetPerson } from '../../shared/admin-api.ts';
import { UsageError } from '../command.ts';

const text = (help: string) => ({ type: 'string', value: 'TEXT', help }) as const;

/** Flags with a text that an entry of the address list has, by the field that they set. */
export const ENTRY_FIELDS = {
  'first-name': 'firstName',
  'last-name': 'lastName',
  title: 'title',
  office: 'office',
  company: 'company',
  phone: 'phone',
  'home-phone': 'homePhone',
  'mobile-phone': 'mobilePhone',
} as const;

export const entryTexts = {
  'first-name': text('first name'),
  'last-name': text('last name'),
  title: text('job title'),
  office: text('office or building'),
  company: text('company'),
  phone: text('phone at work'),
  'home-phone': text('phone at home'),
  'mobile-phone': text('mobile phone'),
};

/** `whom`: who is kept out of the address list. */
export function visibilityFlags(whom: string) {
  return {
    hide: { type: 'boolean', help: `keep ${whom} out of the address list` },
    show: { type: 'boolean', help: `put ${whom} into the address list again` },
  } as const;
}

type Given = { [K in keyof typeof ENTRY_FIELDS]?: string | undefined } & { hide: boolean; show: boolean };

/**
 * What flags change of an entry.
 * @throws UsageError of `command` for flags that contradict each other
 */
export function entryChange(flags: Given, command: string): SetPerson {
  if (flags.hide && flags.show) throw new UsageError('give either --hide or --show', command);
  const change: SetPerson = {};
  for (const flag of Object.keys(ENTRY_FIELDS) as (keyof typeof ENTRY_FIELDS)[]) {
    const value = flags[flag];
    if (value !== undefined) change[ENTRY_FIELDS[flag]] = value;
  }
  if (flags.hide || flags.show) change.hidden = flags.hide;
  return change;
}
