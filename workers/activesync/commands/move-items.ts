import { children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { MoveRequest } from '../../../core/sync/move-items.ts';
import type { EasContext } from '../context.ts';
import { commonFailure } from '../http/failure.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { STATUS } from '../status.ts';

const { moveItems: S } = STATUS;

/** MS-ASCMD 3.1.5.8 */
const MAX_MOVES = 1000;
const MAX_ID = 64;

/** MoveItems (MS-ASCMD 2.2.1.12). Ids are stable: DstMsgId is the id that the item had before. */
export async function moveItems(context: EasContext): Promise<Reply> {
  const { body, version } = context;
  const list = children(body ?? undefined, 'Move:Move');
  const moves = list.map(readMove);
  const sound = moves.filter((move) => move !== null);
  if (
    body?.tag !== 'Move:MoveItems' ||
    list.length === 0 ||
    list.length > MAX_MOVES ||
    sound.length < list.length
  ) {
    return commonFailure('MoveItems', STATUS.common.invalidXml, version, 'not a request of this command');
  }
  const asked = sound.flatMap((move) => (move.to === null ? [] : [{ ...move, to: move.to }]));
  const statuses = asked.length === 0 ? [] : await context.device.moveItems(asked);
  return wbxml(el('Move:MoveItems', responses(sound, statuses)));
}

interface Move extends Omit<MoveRequest, 'to'> {
  /** null when the Move names more than one destination. */
  to: string | null;
}

function responses(moves: Move[], statuses: number[]) {
  let next = 0;
  return moves.map((move) => {
    // R4222
    const status = move.to === null ? S.twoDestinations : (statuses[next++] ?? S.badSource);
    return el(
      'Move:Response',
      el('Move:SrcMsgId', move.itemId),
      el('Move:Status', status),
      status === S.ok ? el('Move:DstMsgId', move.itemId) : null,
    );
  });
}

/** null when an element is missing, or an id is longer than any id is. */
function readMove(element: WbxmlElement): Move | null {
  const itemId = textOf(element, 'Move:SrcMsgId') ?? '';
  const from = textOf(element, 'Move:SrcFldId');
  const destinations = children(element, 'Move:DstFldId').map((d) => d.text);
  const [to] = destinations;
  if (itemId === '' || itemId.length > MAX_ID || from === undefined || to === undefined) return null;
  return { itemId, from, to: destinations.length > 1 ? null : to };
}
