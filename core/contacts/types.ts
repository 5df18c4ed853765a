import type { Link } from '../calendar/types.ts';

/**
 * Contacts as RFC 9553 (JSContact) has them, as far as Waypost uses it. A document is JSON; properties that are not named
 * here stay in it as they came. The keys of a map are ids without meaning; those of the fields of ActiveSync are fixed
 * (`email1`, `home`, …) so that a device finds its slots again.
 */

export interface NameComponent {
  '@type'?: 'NameComponent';
  kind: 'title' | 'given' | 'given2' | 'surname' | 'surname2' | 'credential' | 'generation' | 'separator';
  value: string;
  phonetic?: string;
}

export interface AddressComponent {
  '@type'?: 'AddressComponent';
  kind:
    | 'room'
    | 'apartment'
    | 'floor'
    | 'building'
    | 'number'
    | 'name'
    | 'block'
    | 'district'
    | 'locality'
    | 'region'
    | 'postcode'
    | 'country'
    | 'postOfficeBox'
    | 'separator';
  value: string;
}

export type Contexts = Partial<Record<'private' | 'work' | 'billing' | 'delivery', true>>;

interface FromVCard {
  /** Parameters of the vCard property it came from that nothing else stands for (RFC 9555 2.15.2). */
  vCardParams?: Record<string, string | string[]>;
}

interface Described extends FromVCard {
  contexts?: Contexts;
  /** 1 to 100, lower ones first. */
  pref?: number;
  label?: string;
}

export interface Card {
  '@type': 'Card';
  version: '1.0';
  uid: string;
  created?: string;
  updated: string;
  kind?: 'individual' | 'group' | 'org' | 'location' | 'device' | 'application';
  language?: string;
  members?: Record<string, true>;
  prodId?: string;
  name?: {
    '@type'?: 'Name';
    components?: NameComponent[];
    isOrdered?: boolean;
    full?: string;
    sortAs?: Record<string, string>;
  };
  nicknames?: Record<string, { name: string } & FromVCard>;
  organizations?: Record<string, { name?: string; units?: { name: string }[] } & FromVCard>;
  titles?: Record<string, { name: string; kind?: 'title' | 'role' } & FromVCard>;
  /** `waypost:name`: the name that stands before the address, where it is written with one. */
  emails?: Record<string, { address: string; 'waypost:name'?: string } & Described>;
  onlineServices?: Record<string, { service?: string; uri?: string; user?: string } & Described>;
  phones?: Record<string, { number: string; features?: Record<string, true> } & Described>;
  addresses?: Record<
    string,
    { components?: AddressComponent[]; full?: string; countryCode?: string } & Described
  >;
  anniversaries?: Record<
    string,
    {
      kind: 'birth' | 'death' | 'wedding';
      date: { '@type'?: string; year?: number; month?: number; day?: number; utc?: string };
    } & FromVCard
  >;
  relatedTo?: Record<string, { relation: Record<string, true> } & FromVCard>;
  keywords?: Record<string, true>;
  notes?: Record<string, { note: string; contentType?: string } & FromVCard>;
  links?: Record<string, { uri: string; kind?: 'contact' } & Described>;
  /** `kind` photo: `uri` is `data:` of at most 100 KB, or an address. */
  media?: Record<string, { kind: 'photo' | 'logo' | 'sound'; uri: string; mediaType?: string } & FromVCard>;
  /** Files that are kept with the card: `href` names them (core/pim/attachments.ts). Never part of a vCard. */
  'waypost:files'?: Record<string, Link>;
  /** Names under which members stand in a list, by their keys in `members`. */
  'waypost:names'?: Record<string, string>;
  /**
   * Not of the RFC: fields of MS-ASCNTC and MS-OXWSCONT that it has no word for, by their own names (`FileAs`,
   * `CustomerId`, …).
   */
  'waypost:eas'?: Record<string, string>;
  /** Properties of the vCard it came from that nothing here stands for, as jCard arrays (RFC 7095), to be written again. */
  'waypost:vcard'?: unknown[];
}
