import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { DictionaryObject, UserConfiguration } from '../../../core/mail/user-configuration.ts';
import { EwsError, SchemaError } from '../errors.ts';

const TYPES = [
  ...['DateTime', 'Boolean', 'Byte', 'String', 'Integer32', 'UnsignedInteger32', 'Integer64'],
  ...['UnsignedInteger64', 'StringArray', 'ByteArray'],
];
const MAX_ENTRIES = 1000;

/** What a UserConfiguration holds (MS-OXWSUSRCFG 2.2.4). @throws SchemaError; EwsError ErrorInvalidValueForProperty */
export function readConfiguration(element: XmlElement): UserConfiguration {
  const dictionary = child(element, 'Dictionary');
  const xml = base64In(element, 'XmlData');
  const binary = base64In(element, 'BinaryData');
  return {
    ...(dictionary === null ? {} : { dictionary: readDictionary(dictionary) }),
    ...(xml === null ? {} : { xml }),
    ...(binary === null ? {} : { binary }),
  };
}

function readDictionary(element: XmlElement): NonNullable<UserConfiguration['dictionary']> {
  const entries = children(element, 'DictionaryEntry');
  if (entries.length > MAX_ENTRIES) throw new SchemaError('the dictionary has too many entries.');
  const seen = new Set<string>();
  return entries.map((entry) => {
    const key = readObject(child(entry, 'DictionaryKey'));
    const name = JSON.stringify([key.type, key.values]);
    if (seen.has(name)) {
      throw new EwsError('ErrorInvalidValueForProperty', 'A key stands in the dictionary more than once.');
    }
    seen.add(name);
    const value = child(entry, 'DictionaryValue');
    const isNil = value === null || ['true', '1'].includes(value.attributes['nil'] ?? '');
    return { key, value: isNil ? null : readObject(value) };
  });
}

function readObject(element: XmlElement | null): DictionaryObject {
  const type = textOf(element, 'Type') ?? '';
  if (!TYPES.includes(type)) throw new SchemaError('the dictionary has an object of an unknown type.');
  const values = children(element, 'Value').map((one) => checkedValue(type, one.text));
  if (values.length === 0 || (type !== 'StringArray' && values.length > 1)) {
    throw new SchemaError(`an object of type ${type} has another number of values.`);
  }
  return { type, values };
}

const FORMS: Readonly<Record<string, RegExp>> = {
  Boolean: /^(?:true|false|1|0)$/i,
  Byte: /^\d{1,3}$/,
  Integer32: /^-?\d{1,10}$/,
  UnsignedInteger32: /^\d{1,10}$/,
  Integer64: /^-?\d{1,19}$/,
  UnsignedInteger64: /^\d{1,20}$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
};

/** A value as it is written: programs differ in the letters of true and false. */
function checkedValue(type: string, text: string): string {
  const form = FORMS[type];
  if (form === undefined) return text;
  const value = text.trim();
  if (!form.test(value)) {
    throw new EwsError('ErrorInvalidValueForProperty', `A value of the dictionary is not of type ${type}.`);
  }
  return type === 'Boolean' ? String(/^(?:true|1)$/i.test(value)) : value;
}

function base64In(element: XmlElement, name: string): string | null {
  const text = child(element, name)?.text.replace(/\s+/g, '') ?? null;
  if (text !== null && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new SchemaError(`${name} is not base64.`);
  }
  return text;
}

/** The parts of a configuration that are asked for. */
export function writeConfiguration(
  { dictionary, xml, binary }: UserConfiguration,
  wants: (part: string) => boolean,
): XmlObject {
  const entries = dictionary?.map(({ key, value }) => ({
    DictionaryKey: { Type: key.type, Value: key.values },
    DictionaryValue:
      value === null
        ? { '@xsi:nil': 'true', '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance' }
        : { Type: value.type, Value: value.values },
  }));
  return {
    ...(wants('Dictionary') && entries !== undefined ? { Dictionary: { DictionaryEntry: entries } } : {}),
    ...(wants('XmlData') && xml !== undefined ? { XmlData: xml } : {}),
    ...(wants('BinaryData') && binary !== undefined ? { BinaryData: binary } : {}),
  };
}
