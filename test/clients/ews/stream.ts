/** A connection of GetStreamingEvents, read as clients do: one document after the other, each validated. */
import { Buffer } from 'node:buffer';
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../codecs/soap/read.ts';
import { NAMESPACES } from '../../../codecs/soap/write.ts';
import { readAnswer } from './index.ts';

interface StreamedPart {
  /** OK, Closed, or null. */
  status: string | null;
  code: string | null;
  /** Events but those that say that nothing happened. */
  events: StreamedEvent[];
  statusEvents: number;
  /** Ids that ErrorSubscriptionIds names. */
  errorIds: string[];
  text: string;
}

interface StreamedEvent {
  name: string;
  subscriptionId: string | null;
  element: XmlElement;
  itemId: string | undefined;
  folderId: string | undefined;
}

export interface EwsStream {
  /** The next part, null at the end; rejects after `timeoutMs`. */
  next(timeoutMs?: number): Promise<StreamedPart | null>;
  /** The next part with events. */
  nextEvents(timeoutMs?: number): Promise<StreamedEvent[]>;
  close(): Promise<void>;
}

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

export async function openStream(
  server: { fetch: Fetch },
  user: string,
  password: string,
  subscriptionIds: readonly string[],
  minutes = 1,
): Promise<EwsStream> {
  const ids = subscriptionIds.map((id) => `<t:SubscriptionId>${id}</t:SubscriptionId>`).join('');
  const response = await server.fetch('/EWS/Exchange.asmx', {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      'content-type': 'text/xml; charset=utf-8',
    },
    body:
      `<s:Envelope xmlns:s="${NAMESPACES.s}" xmlns:t="${NAMESPACES.t}" xmlns:m="${NAMESPACES.m}"><s:Body>` +
      `<m:GetStreamingEvents><m:SubscriptionIds>${ids}</m:SubscriptionIds>` +
      `<m:ConnectionTimeout>${minutes}</m:ConnectionTimeout></m:GetStreamingEvents></s:Body></s:Envelope>`,
  });
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error('no body');
  const decoder = new TextDecoder();
  let buffered = '';
  let pending: Promise<{ done: boolean; value?: Uint8Array | undefined }> | null = null;

  async function document(timeoutMs: number): Promise<string | null> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const end = /<\/(?:\w+:)?Envelope>/.exec(buffered);
      if (end !== null) {
        const cut = end.index + end[0].length;
        const text = buffered.slice(0, cut);
        buffered = buffered.slice(cut).trimStart();
        return text;
      }
      pending ??= reader?.read() ?? null;
      const late = new Promise<'late'>((resolve) => {
        setTimeout(() => resolve('late'), Math.max(0, deadline - Date.now())).unref();
      });
      const result = await Promise.race([pending, late]);
      if (result === 'late' || result === null) throw new Error(`nothing came in ${timeoutMs} ms`);
      pending = null;
      if (result.done) return null;
      buffered += decoder.decode(result.value, { stream: true });
    }
  }

  async function next(timeoutMs = 5_000): Promise<StreamedPart | null> {
    const text = await document(timeoutMs);
    if (text === null) return null;
    const { messages } = await readAnswer(response.status, text);
    const [message = null] = messages;
    const notifications = children(child(message, 'Notifications'), 'Notification');
    const events = notifications.flatMap((one) => {
      const subscriptionId = textOf(one, 'SubscriptionId');
      return one.children
        .filter(({ name }) => name.endsWith('Event'))
        .map((element) => ({
          ...{ name: element.name, subscriptionId, element },
          itemId: child(element, 'ItemId')?.attributes['Id'],
          folderId: child(element, 'FolderId')?.attributes['Id'],
        }));
    });
    return {
      status: textOf(message, 'ConnectionStatus'),
      code: textOf(message, 'ResponseCode'),
      events: events.filter(({ name }) => name !== 'StatusEvent'),
      statusEvents: events.filter(({ name }) => name === 'StatusEvent').length,
      errorIds: children(child(message, 'ErrorSubscriptionIds'), 'SubscriptionId').map((one) => one.text),
      text,
    };
  }

  return {
    next,
    async nextEvents(timeoutMs = 5_000) {
      for (;;) {
        const part = await next(timeoutMs);
        if (part === null) throw new Error('the stream has ended');
        if (part.events.length > 0) return part.events;
      }
    },
    close: () => reader.cancel(),
  };
}
