/** One value, or the parts of a structured one, of which each may be a list. */
export type JCardValue = string | (string | string[])[];

/**
 * A property as RFC 7095 writes it: name in lower case, parameters (`group` among them) in lower case, type of the values,
 * values. Values of type `unknown` are as they stand in the vCard, all others without its escapes.
 */
export type JCardProperty = [
  name: string,
  params: Record<string, string | string[]>,
  type: string,
  ...values: JCardValue[],
];

export type VCardVersion = '2.1' | '3.0' | '4.0';

export interface VCard {
  version: VCardVersion;
  /** In order, without BEGIN, VERSION and END. */
  properties: JCardProperty[];
  /** Lines that are no property, left out. */
  badLines: number;
}
