import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { EstimateReply, EstimateRequest } from '../../../core/ports/device.ts';
import type { EasContext } from '../context.ts';
import { commonFailure } from '../http/failure.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { atLeast } from '../http/versions.ts';
import { STATUS } from '../status.ts';

const { estimate: S } = STATUS;

/** MS-ASCMD 3.1.5.8: more collections than this in one request are refused. */
const MAX_COLLECTIONS = 1000;
const MAX_ID = 64;
/** Sets of classes that one collection may ask for at once (MS-ASCMD 2.2.3.27.1). */
const COMBINATIONS: ReadonlySet<string> = new Set(['Email,SMS']);

/** GetItemEstimate (MS-ASCMD 2.2.1.9). */
export async function getItemEstimate(context: EasContext): Promise<Reply> {
  const { body, version } = context;
  const list = children(
    child(body ?? undefined, 'GetItemEstimate:Collections'),
    'GetItemEstimate:Collection',
  );
  const parsed = list.map(parseCollection);
  const requests = parsed.filter((r) => r !== null);
  if (
    body?.tag !== 'GetItemEstimate:GetItemEstimate' ||
    list.length === 0 ||
    list.length > MAX_COLLECTIONS ||
    requests.length < list.length
  ) {
    return commonFailure(
      'GetItemEstimate',
      STATUS.common.invalidXml,
      version,
      'not a request of this command',
    );
  }
  // R908
  if (list.some((c) => !classesFit(c))) return answer(S.invalidKey, []);
  const replies = await context.device.estimate(requests);
  const all = replies.find((r) => r.all !== undefined)?.all;
  if (all === STATUS.common.serverError) {
    const failed = commonFailure('GetItemEstimate', all, version, 'the class does not know this FilterType');
    return atLeast(version, '14.0') ? answer(all, replies) : failed;
  }
  return answer(all, replies);
}

function answer(status: number | undefined, replies: EstimateReply[]): Reply {
  return wbxml(
    el(
      'GetItemEstimate:GetItemEstimate',
      status === undefined ? null : el('GetItemEstimate:Status', status),
      replies.map((r) =>
        el(
          'GetItemEstimate:Response',
          el('GetItemEstimate:Status', r.status),
          r.status === S.ok
            ? el(
                'GetItemEstimate:Collection',
                el('GetItemEstimate:CollectionId', r.collectionId),
                el('GetItemEstimate:Estimate', r.estimate),
              )
            : null,
        ),
      ),
    ),
  );
}

/**
 * Versions before 14.0 have Class and FilterType in the collection itself, later ones in Options, of which there is one
 * for each class. Of elements that stand there twice the first counts. null when CollectionId or a number is none.
 */
function parseCollection(element: WbxmlElement): EstimateRequest | null {
  const collectionId = textOf(element, 'GetItemEstimate:CollectionId') ?? '';
  const options = children(element, 'AirSync:Options');
  const own = options.find((o) => textOf(o, 'AirSync:Class') !== 'SMS');
  const texts = options.find((o) => textOf(o, 'AirSync:Class') === 'SMS');
  const sms = texts === undefined ? null : wholeNumber(textOf(texts, 'AirSync:FilterType') ?? '0');
  const filterType = wholeNumber(textOf(own, 'AirSync:FilterType') ?? textOf(element, 'AirSync:FilterType'));
  const maxItems = wholeNumber(textOf(own, 'AirSync:MaxItems'));
  const conversation = child(element, 'AirSync:ConversationMode')?.text;
  if (collectionId === '' || collectionId.length > MAX_ID || filterType === null || maxItems === null) {
    return null;
  }
  if (texts !== undefined && sms === null) return null;
  return {
    collectionId,
    syncKey: textOf(element, 'AirSync:SyncKey') ?? '0',
    filterType: filterType ?? 0,
    ...(options.length === 0 ? {} : { kinds: { mail: own !== undefined, sms: sms ?? null } }),
    // An empty element says yes (MS-ASDTYPE 2.1).
    conversationMode:
      conversation === undefined ? undefined : conversation !== '0' && conversation !== 'false',
    maxItems: maxItems ?? null,
  };
}

/** undefined when nothing is said, null when it is no number. */
function wholeNumber(text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function classesFit(element: WbxmlElement): boolean {
  const options = children(element, 'AirSync:Options');
  if (options.length < 2) return true;
  const classes = options.map((o) => textOf(o, 'AirSync:Class') ?? '');
  return COMBINATIONS.has(classes.sort().join(','));
}
