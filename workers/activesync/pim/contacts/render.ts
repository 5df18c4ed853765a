import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { notesBody } from '../../../../core/contacts/notes.ts';
import { settle } from '../../../../core/contacts/slots.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import type { SyncOptions } from '../../../../core/sync/options.ts';
import type { Version } from '../../http/versions.ts';
import { renderBody } from '../body.ts';
import { TEXT_FIELDS } from './fields.ts';
import { LIST_FIELDS, MAX_LIST } from './take.ts';

/** The elements of a contact (MS-ASCNTC 2.2.2), those without a value left out. */
export function renderContact(
  card: Card,
  options: Pick<SyncOptions, 'bodies'>,
  version: Version,
  whole: boolean,
): WbxmlNode[] {
  const settled = settle(card);
  const nodes: WbxmlNode[] = [];
  for (const { tag, get } of TEXT_FIELDS) {
    const text = get(settled);
    if (text !== '') nodes.push(el(tag, text));
  }
  for (const { tag, each, get } of LIST_FIELDS) {
    const texts = get(settled).slice(0, MAX_LIST);
    if (texts.length > 0)
      nodes.push(
        el(
          tag,
          texts.map((text) => el(each, text)),
        ),
      );
  }
  nodes.push(renderBody(notesBody(settled), options.bodies, version, whole));
  return nodes;
}
