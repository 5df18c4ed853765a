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
  nicknames?: Record<string, { name: string }>;
  organizations?: Record<string, { name?: string; units?: { name: string }[] }>;
  titles?: Record<string, { name: string; kind?: 'title' | 'role' }>;
  /** `waypost:name`: the name that stands before the address, where it is written with one. */
  emails?: Record<
    string,
    { address: string; contexts?: Contexts; pref?: number; label?: string; 'waypost:name'?: string }
  >;
  onlineServices?: Record<
    string,
    { service?: string; uri?: string; user?: string; contexts?: Contexts; label?: string }
  >;
  phones?: Record<
    string,
    { number: string; features?: Record<string, true>; contexts?: Contexts; pref?: number; label?: string }
  >;
  addresses?: Record<
    string,
    {
      components?: AddressComponent[];
      full?: string;
      contexts?: Contexts;
      countryCode?: string;
      pref?: number;
      label?: string;
    }
  >;
  anniversaries?: Record<
    string,
    {
      kind: 'birth' | 'death' | 'wedding';
      date: { '@type'?: string; year?: number; month?: number; day?: number; utc?: string };
    }
  >;
  relatedTo?: Record<string, { relation: Record<string, true> }>;
  keywords?: Record<string, true>;
  notes?: Record<string, { note: string; contentType?: string }>;
  links?: Record<string, { uri: string; kind?: 'contact'; contexts?: Contexts; label?: string }>;
  /** `kind` photo: `uri` is `data:` of at most 100 KB, or an address. */
  media?: Record<string, { kind: 'photo' | 'logo' | 'sound'; uri: string; mediaType?: string }>;
  /** Not of the RFC: fields of MS-ASCNTC that it has no word for, by their own names (`FileAs`, `CustomerId`, …). */
  'waypost:eas'?: Record<string, string>;
  /** Properties of the vCard it came from that nothing here stands for, as jCard arrays (RFC 7095), to be written again. */
  'waypost:vcard'?: unknown[];
}
