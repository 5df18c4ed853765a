/** Values of elements as clients write them. */
import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../../codecs/soap/read.ts';
import type { MailAddress } from '../../../../core/mail/types.ts';
import { EwsError, SchemaError } from '../../errors.ts';

/** xs:boolean. @throws SchemaError */
export function booleanOf(element: XmlElement): boolean {
  const text = element.text.trim();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new SchemaError(`${element.name} is no boolean.`);
}

/** One of the values that the schema has. @throws SchemaError */
export function enumOf<T extends string>(element: XmlElement, values: readonly T[]): T {
  const text = element.text.trim();
  const found = values.find((one) => one === text);
  if (found === undefined) throw new SchemaError(`${text.slice(0, 40)} is no value of ${element.name}.`);
  return found;
}

/**
 * xs:dateTime as milliseconds since the epoch; without an offset it is UTC. @throws SchemaError
 */
export function timeOf(element: XmlElement): number {
  const text = element.text.trim();
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const at = match === null ? Number.NaN : Date.parse(`${match[1]?.slice(0, 23)}${match[2] ?? 'Z'}`);
  if (Number.isNaN(at)) throw new SchemaError(`${element.name} is no time.`);
  return at;
}

/** Text of a body. Some clients write HTML as elements: these are made text again. */
export function markupOf({ content }: XmlElement): string {
  return content.map((one) => (typeof one === 'string' ? one : elementMarkup(one))).join('');
}

const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'wbr',
]);

function elementMarkup(element: XmlElement): string {
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`)
    .join('');
  const open = `<${element.name}${attributes}>`;
  if (VOID.has(element.name.toLowerCase())) return open;
  const inner = element.content
    .map((one) =>
      typeof one === 'string' ? one.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : elementMarkup(one),
    )
    .join('');
  return `${open}${inner}</${element.name}>`;
}

/** Strings of an array (Categories). */
export function stringsOf(element: XmlElement): string[] {
  return children(element, 'String').map((one) => one.text);
}

/** Mailboxes of a list of recipients, or of a single one. @throws EwsError for what is no address */
export function mailboxesOf(element: XmlElement): MailAddress[] {
  return children(element, 'Mailbox').flatMap((one) => {
    const address = textOf(one, 'EmailAddress') ?? '';
    const name = textOf(one, 'Name') ?? '';
    const type = textOf(one, 'RoutingType');
    if (address === '' && child(one, 'ItemId') !== null) return [];
    if (type !== null && type !== '' && type.toUpperCase() !== 'SMTP') {
      throw new EwsError(
        'ErrorInvalidRoutingType',
        `The routing type ${type.slice(0, 20)} is not supported.`,
      );
    }
    if (address === '') {
      throw new EwsError('ErrorMissingInformationEmailAddress', 'A recipient has no address.');
    }
    return [{ name: name === address ? '' : name, address }];
  });
}
