import { el } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, streamedWbxml, wbxml } from '../http/reply.ts';
import { STATUS } from '../status.ts';
import { parseSync } from '../sync/parse.ts';
import { renderCollection } from '../sync/render.ts';

/** Sync (MS-ASCMD 2.2.1.21). The device's object decides what is said; here it is read and written. */
export async function sync(context: EasContext): Promise<Reply> {
  // An empty request means "as last time": the device is asked to say it in full (MS-ASCMD 2.2.1.21.1).
  if (context.body === null) return topStatus(STATUS.sync.incomplete);
  const parsed = parseSync(context.body);
  if (parsed.kind === 'status') return topStatus(parsed.status);
  const replies = await context.device.sync(parsed.collections);
  const said = replies.filter((r) => r.changed);
  // Nothing new in any collection: an answer without a body (MS-ASCMD 2.2.1.21.2).
  if (said.length === 0) return { kind: 'empty' };
  const collections = [];
  for (const reply of said) collections.push(await renderCollection(context, reply));
  // A MIME body may be a stream.
  return streamedWbxml(el('AirSync:Sync', el('AirSync:Collections', collections)));
}

function topStatus(status: number): Reply {
  return wbxml(el('AirSync:Sync', el('AirSync:Status', status)));
}
