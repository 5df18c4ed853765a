import { child } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { type FolderPlace, resolveFolder } from '../folders/resolve.ts';
import { needsCounts, readFolderShape, renderFolder } from '../folders/shape.ts';
import { folderViews } from '../folders/view.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_IDS = 1000;

/** GetFolder (MS-OXWSFOLD 3.1.4.6). */
export const getFolder: Operation = async (request, context) => {
  const shape = readFolderShape(child(request, 'FolderShape'), context.requestedVersion);
  const ids = child(request, 'FolderIds')?.children ?? [];
  if (ids.length === 0 || ids.length > MAX_IDS) throw new SchemaError('FolderIds must hold 1 to 1000 ids.');
  const places: (FolderPlace | Error)[] = [];
  for (const id of ids) {
    places.push(await resolveFolder(context, id).catch((error: unknown) => asError(error)));
  }
  const nodes = places.flatMap((place) => (place instanceof Error ? [] : [place.node]));
  const views = new Map((await folderViews(nodes, needsCounts(shape))).map((view) => [view.node, view]));
  return eachMessage(context, 'GetFolderResponseMessage', places, async (place) => {
    if (place instanceof Error) throw place;
    const view = views.get(place.node);
    if (view === undefined) throw new Error('a folder was not read');
    return { Folders: { $: [await renderFolder(view, shape, context)] } };
  });
};

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
