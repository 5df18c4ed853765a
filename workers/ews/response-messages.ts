import { schemaType } from '../../codecs/soap/schema.ts';
import type { XmlObject, XmlPair } from '../../codecs/soap/write.ts';
import { describeError } from '../../platform/log.ts';
import type { EwsContext } from './context.ts';
import { codeOf, EwsError, SchemaError } from './errors.ts';

/** Head of a response message that reports success. */
export const SUCCESS = { '@ResponseClass': 'Success', ResponseCode: 'NoError' } as const;

/** A response message for an error. DescriptiveLinkKey stands on errors and warnings only. */
export function errorMessage(error: EwsError, responseClass: 'Error' | 'Warning' = 'Error'): XmlObject {
  const values = Object.entries(error.values);
  return {
    '@ResponseClass': responseClass,
    MessageText: error.message,
    ResponseCode: error.code,
    DescriptiveLinkKey: 0,
    ...(values.length === 0
      ? {}
      : { MessageXml: { Value: values.map(([name, value]) => ({ '@Name': name, '#': value })) } }),
  };
}

/** What the schema demands inside of an element that must be there even in an error. */
const EMPTY: Readonly<Record<string, XmlObject>> = { Persona: { PersonaId: { '@Id': '' } } };

const MESSAGES = 'm:ArrayOfResponseMessagesType';

/** The response message of an operation for an error, with the empty lists that the schema demands even then. */
export function failedMessage(name: string, error: EwsError): XmlObject {
  const type = schemaType(MESSAGES).byName.get(name)?.type;
  const needed = type ? schemaType(type).elements.filter((one) => one.needed === true) : [];
  return {
    ...errorMessage(error),
    ...Object.fromEntries(needed.map((one) => [one.name, EMPTY[one.name] ?? {}])),
  };
}

/** Code of what is no fault of the client's. */
export const OWN_FAULT = 'ErrorInternalServerTransientError';

/** What a fault of ours says to the client; the log has the rest. */
export function ownFault(context: Pick<EwsContext, 'log'>, where: string, error: unknown): EwsError {
  const known = codeOf(error);
  if (known !== null) return known;
  context.log.error('ews.failed', { where, error: describeError(error) });
  return new EwsError(OWN_FAULT, 'The server cannot do this now. Try again later.');
}

/**
 * One response message for each of the things asked for, in their order (clients abort otherwise). What one throws is its
 * own error; with a SchemaError the request as a whole fails.
 * @param name element of each message, e.g. `GetItemResponseMessage`
 */
export async function eachMessage<T>(
  context: EwsContext,
  name: string,
  list: readonly T[],
  act: (one: T, index: number) => Promise<XmlObject>,
): Promise<XmlObject> {
  const pairs: XmlPair[] = [];
  for (const [index, one] of list.entries())
    pairs.push([name, await message(context, name, () => act(one, index))]);
  return { ResponseMessages: { $: pairs } };
}

/** A single response message: what `act` gives, under the head of success, or its error. */
export async function message(
  context: EwsContext,
  name: string,
  act: () => Promise<XmlObject>,
): Promise<XmlObject> {
  try {
    const content = await act();
    return '@ResponseClass' in content ? content : { ...SUCCESS, ...content };
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    return failedMessage(name, ownFault(context, name, error));
  }
}
