import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import { MAX_OOF_REPLY, OOF_SETTING, type Oof, type OofMessage } from '../../../core/people/oof.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { enumOf, timeOf } from '../items/editors/values.ts';
import { oofBox } from '../people/oof-box.ts';
import { SUCCESS } from '../response-messages.ts';

const STATES = ['Disabled', 'Enabled', 'Scheduled'] as const;
const AUDIENCES = ['None', 'Known', 'All'] as const;

/** SetUserOofSettings (MS-OXWOOF 3.1.4.2): the settings as a whole. */
export const setUserOofSettings: Operation = async (request, context) => {
  const box = await oofBox(context, child(request, 'Mailbox'));
  const given = child(request, 'UserOofSettings');
  const state = child(given, 'OofState');
  const audience = child(given, 'ExternalAudience');
  if (given === null || state === null || audience === null) {
    throw new SchemaError('UserOofSettings must have OofState and ExternalAudience.');
  }
  const to = enumOf(audience, AUDIENCES);
  const number = STATES.indexOf(enumOf(state, STATES)) as 0 | 1 | 2;
  const duration = number === 2 ? durationOf(given) : { startTime: null, endTime: null };
  const internal = messageOf(child(given, 'InternalReply'), true);
  const external = child(given, 'ExternalReply');
  const oof: Oof = {
    ...{ state: number, ...duration, changedAt: context.services.now() },
    messages: {
      internal,
      externalKnown: messageOf(external, to !== 'None'),
      externalUnknown: messageOf(external, to === 'All'),
    },
  };
  await box.store.putSetting(OOF_SETTING, oof);
  return { ResponseMessage: SUCCESS };
};

function durationOf(given: XmlElement): Pick<Oof, 'startTime' | 'endTime'> {
  const duration = child(given, 'Duration');
  const [start, end] = [child(duration, 'StartTime'), child(duration, 'EndTime')];
  if (start === null || end === null) {
    throw new EwsError(
      'ErrorInvalidScheduledOofDuration',
      'What is scheduled must have a beginning and an end.',
    );
  }
  const [startTime, endTime] = [timeOf(start), timeOf(end)];
  if (endTime <= startTime) {
    throw new EwsError('ErrorInvalidScheduledOofDuration', 'The end is not after the beginning.');
  }
  return { startTime, endTime };
}

function messageOf(element: XmlElement | null, enabled: boolean): OofMessage {
  const content = textOf(element, 'Message') ?? '';
  if (content.length > MAX_OOF_REPLY)
    throw new EwsError('ErrorInvalidOofParameter', 'The reply is too long.');
  const format = /<[a-z!/][^>]*>/i.test(content) ? 'html' : 'text';
  return { enabled, reply: content === '' ? null : { format, content } };
}
