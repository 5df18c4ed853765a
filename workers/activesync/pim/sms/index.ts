import { child, el } from '../../../../codecs/wbxml/index.ts';
import type { TextMessage } from '../../../../core/notes/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import { utcOf } from '../../../../core/tasks/times.ts';
import type { EasContext } from '../../context.ts';
import { atLeast } from '../../http/versions.ts';
import { flagElement } from '../../mail/flag.ts';
import { isoTime } from '../../mail/time.ts';
import { STATUS } from '../../status.ts';
import { parseFlag } from '../../sync/flag.ts';
import { renderBody, takeBody } from '../body.ts';
import type { Incoming, ItemCodec, Taken } from '../codec.ts';
import { Fields } from '../fields.ts';

const REFUSED: Taken = { kind: 'refused', status: STATUS.sync.conversion };
/** MS-ASEMAIL 2.2.2.49 */
const MESSAGE_CLASS = 'IPM.Note.Mobile.SMS';
const UTF8 = 65001;
const IMPORTANCE = [0, 1, 2] as const;
const MAX_ADDRESSES = 32_768;

/** Text messages that a device keeps here: class SMS in a folder of mail (MS-ASMS 2.2). */
export const smsCodec: ItemCodec = {
  kind: 'sms',
  take: async (context, incoming) => takeSms(context, incoming),
  async render({ version }, item, options, whole) {
    if (item.kind !== 'sms') return [];
    const sms = item.document;
    const names = Object.keys(sms.keywords);
    return [
      el('Email:To', sms.to),
      el('Email:From', sms.from),
      el('Email:Subject', sms.subject),
      el('Email:DateReceived', isoTime(Date.parse(sms.date))),
      el('Email:Importance', sms.importance),
      el('Email:Read', sms.isRead),
      renderBody({ text: sms.body, contentType: 'text/plain' }, options.bodies, version, whole),
      el('Email:MessageClass', MESSAGE_CLASS),
      el('Email:InternetCPID', UTF8),
      flagElement(sms.flag ?? null),
      ...(atLeast(version, '14.0')
        ? [
            el(
              'Email:Categories',
              names.map((name) => el('Email:Category', name)),
            ),
          ]
        : []),
    ];
  },
};

/** What a Change leaves out stays as it is, as with mail (MS-ASEMAIL 3.1.5.1). */
function takeSms(context: EasContext, incoming: Incoming): Taken {
  const now = utcOf(context.services.now());
  const before = incoming.present?.kind === 'sms' ? incoming.present.document : null;
  const sms: TextMessage = before
    ? { ...before }
    : {
        ...{ '@type': 'TextMessage', uid: incoming.itemId, from: '', to: '', subject: '', body: '' },
        ...{ isRead: false, importance: 1, date: now, keywords: {} },
      };
  const fields = new Fields(incoming);
  for (const [key, tag] of [
    ['from', 'Email:From'],
    ['to', 'Email:To'],
    ['subject', 'Email:Subject'],
  ] as const) {
    const said = fields.text(tag, true);
    if (said.kind === 'value') sms[key] = said.value.replace(/[\r\n]+/g, ' ').slice(0, MAX_ADDRESSES);
    if (said.kind === 'gone') sms[key] = '';
  }
  const date = fields.time('Email:DateReceived', true);
  if (date.kind === 'value') sms.date = utcOf(date.value);
  const read = fields.number('Email:Read', 0, 1);
  if (read.kind === 'value') sms.isRead = read.value === 1;
  const importance = fields.number('Email:Importance', 0, 2);
  if (importance.kind === 'value') sms.importance = IMPORTANCE[importance.value] ?? 1;
  const categories = fields.categories('Email:Categories', 'Email:Category', true);
  if (categories.kind !== 'stays') sms.keywords = categories.kind === 'value' ? categories.value : {};
  const body = takeBody(incoming.data);
  if (body === 'invalid') return REFUSED;
  // Text messages have no form but plain text (MS-ASMS 2.2.2.1).
  if (body?.contentType === 'text/html') return REFUSED;
  if (body !== undefined) sms.body = body.text;
  const flag = child(incoming.data, 'Email:Flag');
  if (flag !== undefined) {
    const parsed = parseFlag(flag);
    if (parsed === 'invalid') return REFUSED;
    if (parsed === null) delete sms.flag;
    else sms.flag = parsed;
  }
  if (fields.failed) return REFUSED;
  const { itemId, folderId } = incoming;
  return {
    kind: 'item',
    item: { itemId, folderId, kind: 'sms', document: sms, facts: pimFacts('sms', sms) },
    announce: false,
  };
}
