import { rewriteHeader, scanHeader } from '../../codecs/mime/edit/index.ts';

/**
 * Fields that the service writes itself (its "Email headers" page). It makes another Date and Message-ID, which our
 * signature covers, and signs by itself: a signature of ours would arrive broken. With Received it refuses a message.
 */
const PLATFORM = /^(received|return-path|dkim-signature|feedback-id|arc-.*|tls-.*|cfbl-.*)$/;

/** What its list allows, beside the fields that make up the message and those that begin with X-. */
const ALLOWED = new Set([
  ...['from', 'to', 'cc', 'subject', 'reply-to', 'date', 'message-id', 'mime-version'],
  ...['content-type', 'content-transfer-encoding', 'content-disposition', 'content-id', 'content-language'],
  ...['in-reply-to', 'references', 'list-unsubscribe', 'list-unsubscribe-post', 'list-id', 'list-archive'],
  ...['list-help', 'list-owner', 'list-post', 'list-subscribe', 'precedence', 'auto-submitted', 'keywords'],
  ...['comments', 'importance', 'priority', 'sensitivity', 'organization', 'require-recipient-valid-since'],
  ...['expires', 'reply-by', 'archived-at'],
]);

/** The message without the fields that the service writes; `strict`: with those alone that its list allows. */
export function withoutPlatformFields(raw: Uint8Array, strict: boolean): Uint8Array {
  const names = new Set(scanHeader(raw).fields.map(({ name }) => name));
  const drop = [...names].filter(
    (name) => PLATFORM.test(name) || (strict && !ALLOWED.has(name) && !name.startsWith('x-')),
  );
  if (drop.length === 0) return raw;
  const [head, body] = rewriteHeader(raw, new Set(drop), []);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}
