import type { XmlElement } from '../../../codecs/soap/parse.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { disposalOf } from '../folders/target.ts';
import { tellSenders, tellsSenders } from '../items/receipts.ts';
import { deleteViews } from '../moving/delete.ts';
import { eachItem, type Outcomes } from '../moving/each.ts';

/** DeleteItem (MS-OXWSCORE 3.1.4.3). */
export const deleteItem: Operation = async (request, context) => {
  const order = {
    toDeletedItems: disposalOf(request) === 'MoveToDeletedItems',
    sendMeetings: choice(request, 'SendMeetingCancellations', [
      'SendToNone',
      'SendOnlyToAll',
      'SendToAllAndSaveCopy',
    ]),
    affectedTasks: choice(request, 'AffectedTaskOccurrences', ['AllOccurrences', 'SpecifiedOccurrenceOnly']),
  };
  const tells = tellsSenders(request);
  return eachItem(context, 'DeleteItemResponseMessage', request, async (views) => {
    if (tells) await tellSenders(context, views, 'deleted');
    const outcomes: Outcomes = new Map();
    for (const [view, deleted] of await deleteViews(context, views, order)) {
      outcomes.set(view, deleted instanceof EwsError ? deleted : {});
    }
    return outcomes;
  });
};

function choice(request: XmlElement, name: string, values: readonly string[]): string | null {
  const given = request.attributes[name];
  if (given === undefined) return null;
  if (!values.includes(given)) throw new SchemaError(`${name} is none of ${values.join(', ')}.`);
  return given;
}
