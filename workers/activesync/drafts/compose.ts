import type { WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { EasContext } from '../context.ts';
import { applyToDraft, contentOfDraft, type DraftFrame, emptyDraft } from './content.ts';
import { wholeMessage } from './whole-message.ts';

/** A draft that the device makes, changes or sends (16.x). */
export interface DraftRequest {
  /** Of an Add; null of a Change. */
  clientId: string | null;
  /** Of a Change; null of an Add. */
  itemId: string | null;
  data: WbxmlElement | undefined;
  send: boolean;
}

export interface Composed {
  raw: Uint8Array;
  /** A recipient is named that is no address. */
  unfit: boolean;
}

/**
 * The message that a draft is after a request: what it was with what the request says. null when the request says
 * what a draft cannot be, or makes it too large.
 *
 * @param present the draft that is changed; null for a new one
 * @param identity names the draft in its Message-ID
 */
export async function composeDraft(
  context: EasContext,
  { data, itemId }: DraftRequest,
  present: Message | null,
  identity: string,
): Promise<Composed | null> {
  const { composer, config, now } = context.services;
  const { address, displayName } = context.principal.user;
  const frame: DraftFrame = {
    from: { name: displayName, address },
    messageId: `${identity}@${address.split('@')[1] ?? 'localhost'}`,
    date: now(),
  };
  const whole = wholeMessage(data, frame);
  if (whole === null) return null;
  let composed: Composed;
  if (whole !== undefined) composed = { raw: whole, unfit: false };
  else {
    const before = present === null ? emptyDraft(frame) : await contentOfDraft(context, present, frame);
    const changed = applyToDraft(before, data, itemId);
    if (changed === null) return null;
    composed = { unfit: changed.unfit, raw: await composer.compose(changed.content) };
  }
  return composed.raw.length > config.maxMessageBytes ? null : composed;
}
