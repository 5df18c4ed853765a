import { el, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from './client.ts';

/** AirSyncBase:BodyPreference (MS-ASAIRS 2.2.2.12). */
export interface BodyWish {
  /** 1 plain text, 2 HTML, 3 RTF, 4 MIME. */
  type: 1 | 2 | 3 | 4;
  /** Bytes; without it the whole body is wanted. */
  truncationSize?: number;
  allOrNone?: boolean;
  /** Characters of plain text, 14.0 and later. */
  preview?: number;
}

export interface ItemOptions {
  /** 0 all, 1 one day, 2 three days, 3 a week, 4 two weeks, 5 a month (MS-ASCMD 2.2.3.68.2). */
  filterType?: number;
  /** 0 never, 1 for S/MIME only, 2 always (MS-ASCMD 2.2.3.110.3). */
  mimeSupport?: 0 | 1 | 2;
  bodies?: BodyWish[];
}

/** Children of an Options element. */
export function optionNodes(client: ActiveSyncClient, options: ItemOptions): WbxmlNode[] {
  const nodes: WbxmlNode[] = [];
  if (options.filterType !== undefined) nodes.push(el('AirSync:FilterType', options.filterType));
  if (options.mimeSupport !== undefined) nodes.push(el('AirSync:MIMESupport', options.mimeSupport));
  for (const body of options.bodies ?? []) nodes.push(bodyPreference(client, body));
  return nodes;
}

function bodyPreference(client: ActiveSyncClient, body: BodyWish): WbxmlNode {
  return el(
    'AirSyncBase:BodyPreference',
    el('AirSyncBase:Type', body.type),
    body.truncationSize === undefined ? null : el('AirSyncBase:TruncationSize', body.truncationSize),
    body.allOrNone === undefined ? null : el('AirSyncBase:AllOrNone', body.allOrNone),
    body.preview === undefined || Number(client.version) < 14
      ? null
      : el('AirSyncBase:Preview', body.preview),
  );
}
