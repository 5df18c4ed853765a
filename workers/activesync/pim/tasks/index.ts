import type { ItemCodec } from '../codec.ts';
import { renderTask } from './render.ts';
import { takeTask } from './take.ts';

/** Class Tasks (MS-ASTASK). */
export const taskCodec: ItemCodec = {
  kind: 'task',
  take: async (context, incoming) => takeTask(context, incoming),
  render: async ({ version }, item, options, whole) =>
    item.kind === 'task' ? renderTask(item.document, options, version, whole) : [],
};
