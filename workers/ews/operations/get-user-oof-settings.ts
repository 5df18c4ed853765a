import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { textToHtml } from '../../../codecs/text/index.ts';
import { OOF_SETTING, type OofMessage, readOof } from '../../../core/people/oof.ts';
import type { Operation } from '../context.ts';
import { isoTime } from '../items/time.ts';
import { oofBox } from '../people/oof-box.ts';
import { SUCCESS } from '../response-messages.ts';

const STATES = ['Disabled', 'Enabled', 'Scheduled'] as const;
const DAY = 86_400_000;

/** GetUserOofSettings (MS-OXWOOF 3.1.4.1). */
export const getUserOofSettings: Operation = async (request, context) => {
  const box = await oofBox(context, child(request, 'Mailbox'));
  const { state, startTime, endTime, messages } = readOof(await box.store.getSetting(OOF_SETTING));
  const { internal, externalKnown, externalUnknown } = messages;
  const audience = externalUnknown.enabled ? 'All' : externalKnown.enabled ? 'Known' : 'None';
  // Clients want a time in any state; without one it is the day that begins now.
  const from = startTime ?? Math.floor(context.services.now() / 3_600_000) * 3_600_000;
  return {
    ResponseMessage: SUCCESS,
    OofSettings: {
      OofState: STATES[state],
      ExternalAudience: audience,
      Duration: { StartTime: isoTime(from), EndTime: isoTime(endTime ?? from + DAY) },
      InternalReply: replyOf(internal),
      ExternalReply: replyOf(externalUnknown.reply === null ? externalKnown : externalUnknown),
    },
    AllowExternalOof: 'All',
  };
};

function replyOf({ reply }: OofMessage): XmlObject {
  if (reply === null) return { Message: '' };
  // A line of words is HTML as it stands: a client gets back what it set.
  const asItIs = reply.format === 'html' || !/[<&\r\n]/.test(reply.content);
  return { Message: asItIs ? reply.content : textToHtml(reply.content) };
}
