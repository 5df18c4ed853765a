import { htmlToText, textToHtml } from '../../../codecs/text/index.ts';
import { el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import {
  OOF_AUDIENCES,
  OOF_SETTING,
  type Oof,
  type OofAudience,
  type OofMessage,
  readOof,
} from '../../../core/people/oof.ts';
import type { EasContext } from '../context.ts';
import { applyOofChange, bodyFormat, parseOofSet } from './oof-set.ts';
import { onlyChild, type Property } from './property.ts';
import { SETTINGS } from './status.ts';

const APPLIES_TO: Record<OofAudience, string> = {
  internal: 'Settings:AppliesToInternal',
  externalKnown: 'Settings:AppliesToExternalKnown',
  externalUnknown: 'Settings:AppliesToExternalUnknown',
};

/** Automatic replies (MS-ASCMD 2.2.3.116). */
export const oof: Property = {
  parse(element, context) {
    const get = onlyChild(element, 'Settings:Get');
    if (get !== null) {
      const type = textOf(get, 'Settings:BodyType');
      const format = type === undefined ? null : bodyFormat(type);
      return async () => (format === undefined ? status(SETTINGS.invalid) : getOof(context, format));
    }
    const set = onlyChild(element, 'Settings:Set');
    if (set === null) return null;
    const parsed = parseOofSet(set);
    return async () => {
      if (!parsed.ok) return status(parsed.status);
      const { mailbox, services } = context;
      const stored = readOof(await mailbox.getSetting(OOF_SETTING));
      await mailbox.putSetting(OOF_SETTING, applyOofChange(stored, parsed.value, services.now()));
      return status(SETTINGS.ok);
    };
  },
};

function status(value: number): WbxmlNode {
  return el('Settings:Oof', el('Settings:Status', value));
}

/** All three audiences, each in a message of its own, texts in the format asked for. */
async function getOof(context: EasContext, format: 'text' | 'html' | null): Promise<WbxmlNode> {
  const stored = readOof(await context.mailbox.getSetting(OOF_SETTING));
  return el(
    'Settings:Oof',
    el('Settings:Status', SETTINGS.ok),
    el(
      'Settings:Get',
      el('Settings:OofState', stored.state),
      ...times(stored),
      OOF_AUDIENCES.map((audience) => message(audience, stored.messages[audience], format)),
    ),
  );
}

function times({ startTime, endTime }: Oof): WbxmlNode[] {
  if (startTime === null || endTime === null) return [];
  return [
    el('Settings:StartTime', new Date(startTime).toISOString()),
    el('Settings:EndTime', new Date(endTime).toISOString()),
  ];
}

function message(
  audience: OofAudience,
  { enabled, reply }: OofMessage,
  format: 'text' | 'html' | null,
): WbxmlNode {
  const shown =
    reply === null || format === null || format === reply.format ? reply : converted(reply, format);
  return el(
    'Settings:OofMessage',
    el(APPLIES_TO[audience]),
    // Nothing is sent without a text, whatever was asked for.
    el('Settings:Enabled', enabled && reply !== null),
    shown === null ? null : el('Settings:ReplyMessage', shown.content),
    shown === null ? null : el('Settings:BodyType', shown.format.toUpperCase()),
  );
}

function converted(reply: NonNullable<OofMessage['reply']>, format: 'text' | 'html'): OofMessage['reply'] {
  return { format, content: format === 'text' ? htmlToText(reply.content) : textToHtml(reply.content) };
}
