import { answerElement, rootType, schemaType } from '../../codecs/soap/schema.ts';
import type { XmlObject } from '../../codecs/soap/write.ts';
import type { EwsError } from './errors.ts';
import { errorMessage, failedMessage } from './response-messages.ts';

/** Name of an operation by its element: three requests bear the word Request (MS-OXWAVLS, MS-OXWOOF). */
export function operationName(element: string): string {
  return element.endsWith('Request') ? element.slice(0, -'Request'.length) : element;
}

/** Whether Exchange has an operation of this name. */
export function isOperation(name: string): boolean {
  return answerElement(name) !== null;
}

/**
 * The operation's own answer with an error in it: what clients understand, where a fault makes Outlook ask for the
 * password again. null when its answer has no place for one.
 */
export function refusal(name: string, error: EwsError): XmlObject | null {
  const type = rootType(answerElement(name) ?? '');
  if (type === null) return null;
  const { byName } = schemaType(type);
  const messages = byName.get('ResponseMessages');
  if (messages?.type) {
    const of = schemaType(messages.type);
    const own = of.byName.has(`${name}ResponseMessage`) ? `${name}ResponseMessage` : null;
    if (own !== null) return { ResponseMessages: { $: [[own, failedMessage(own, error)]] } };
  }
  // The answer must name an item that was changed: where none was, the schema has no room for an error.
  if (byName.has('UpdatedItemIds')) return null;
  if (byName.has('ResponseCode')) return errorMessage(error);
  return byName.has('ResponseMessage') ? { ResponseMessage: errorMessage(error) } : null;
}
