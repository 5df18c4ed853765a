import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { aliasOf, nameOf, type Person } from '../../../core/people/types.ts';

/** Properties of an address list entry in the order of their schema (MS-ASCMD 6.25); empty ones are left out. */
export function galProperties(person: Person, picture: WbxmlNode | null): WbxmlNode[] {
  const properties: [string, string][] = [
    ['GAL:DisplayName', nameOf(person)],
    ['GAL:Phone', person.phone],
    ['GAL:Office', person.office],
    ['GAL:Title', person.title],
    ['GAL:Company', person.company],
    ['GAL:Alias', aliasOf(person)],
    ['GAL:FirstName', person.firstName],
    ['GAL:LastName', person.lastName],
    ['GAL:HomePhone', person.homePhone],
    ['GAL:MobilePhone', person.mobilePhone],
    ['GAL:EmailAddress', person.address],
  ];
  const given = properties.filter(([, text]) => text !== '').map(([tag, text]) => el(tag, text));
  return picture === null ? given : [...given, picture];
}
