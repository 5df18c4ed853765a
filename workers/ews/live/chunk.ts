import { NAMESPACES, writeElement, type XmlObject, type XmlPair } from '../../../codecs/soap/write.ts';
import { SERVER_VERSION } from '../http/envelope.ts';
import { SUCCESS } from '../response-messages.ts';

/**
 * One document of a stream. The envelope has no prefix: ews-javascript-api looks for the end of each document in the
 * text. Nor has it a declaration, which may stand at the beginning of a stream only.
 */
export function chunkOf(content: XmlObject): Uint8Array<ArrayBuffer> {
  const body = writeElement('GetStreamingEventsResponse', {
    ResponseMessages: { $: [['GetStreamingEventsResponseMessage', content]] satisfies XmlPair[] },
  });
  const { s, t, m } = NAMESPACES;
  const text =
    `<Envelope xmlns="${s}" xmlns:t="${t}" xmlns:m="${m}"><Header>${SERVER_VERSION}</Header>` +
    `<Body>${body.join('')}</Body></Envelope>\r\n`;
  return new Uint8Array(new TextEncoder().encode(text));
}

export function statusChunk(status: 'OK' | 'Closed'): Uint8Array<ArrayBuffer> {
  return chunkOf({ ...SUCCESS, ConnectionStatus: status });
}

export function notificationsChunk(notifications: XmlObject[]): Uint8Array<ArrayBuffer> {
  return chunkOf({ ...SUCCESS, Notifications: { Notification: notifications } });
}
