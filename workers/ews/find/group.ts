import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { EwsContext } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { isPath, type PropertyPath, readPath } from '../items/path.ts';
import type { Comparable, Scalar } from '../items/property.ts';
import type { ItemView } from '../items/view.ts';
import { readProperty } from './read-property.ts';
import { compareKeys } from './sort.ts';

/** What is read of an item to group it: the names of its groups, and what orders them. */
export interface GroupKeys {
  names: readonly string[];
  weight: Comparable;
}

/** Groups of a list, each with its name and its members in their order. */
export interface Grouping {
  keysOf(view: ItemView): GroupKeys;
  arrange<T extends { group: GroupKeys | null }>(list: readonly T[]): { index: string; members: T[] }[];
}

const TOPIC: PropertyPath = { kind: 'field', uri: 'message:ConversationTopic' };
const RECEIVED: PropertyPath = { kind: 'field', uri: 'item:DateTimeReceived' };

/** GroupBy or DistinguishedGroupBy of a request (MS-OXWSSRCH 2.2.3), or null. @throws SchemaError, EwsError */
export function readGrouping(request: XmlElement, context: EwsContext): Grouping | null {
  const named = child(request, 'DistinguishedGroupBy');
  if (named !== null) {
    if (child(named, 'StandardGroupBy')?.text.trim() !== 'ConversationTopic') {
      throw new SchemaError('StandardGroupBy is none of the schema.');
    }
    return grouping(context, TOPIC, { path: RECEIVED, most: true }, orderOf(named));
  }
  const given = child(request, 'GroupBy');
  if (given === null) return null;
  const by = given.children.find(isPath);
  const aggregate = child(given, 'AggregateOn');
  const on = aggregate?.children.find(isPath);
  if (by === undefined || aggregate === null || on === undefined)
    throw new SchemaError('GroupBy is not complete.');
  const which = attributeOf(aggregate, 'Aggregate');
  if (which !== 'Minimum' && which !== 'Maximum') throw new SchemaError('Aggregate is none of the schema.');
  return grouping(context, readPath(by), { path: readPath(on), most: which === 'Maximum' }, orderOf(given));
}

function orderOf(element: XmlElement): boolean {
  const order = attributeOf(element, 'Order');
  if (order !== 'Ascending' && order !== 'Descending') throw new SchemaError('Order is none of the schema.');
  return order === 'Descending';
}

function grouping(
  context: EwsContext,
  by: PropertyPath,
  on: { path: PropertyPath; most: boolean },
  descending: boolean,
): Grouping {
  const name = readProperty(by, context);
  const many = by.kind === 'field' && by.uri === 'item:Categories';
  const weight = readProperty(on.path, context);
  return {
    keysOf(view) {
      const value = name(view);
      const list = Array.isArray(value) ? (value as readonly Scalar[]) : [(value as Scalar | null) ?? ''];
      // An item with two categories is in both groups; of a person, name and address are one.
      return { names: (many ? list : list.slice(0, 1)).map(String), weight: weight(view) };
    },
    arrange: (list) => arranged(list, on.most, descending),
  };
}

function arranged<T extends { group: GroupKeys | null }>(
  list: readonly T[],
  most: boolean,
  descending: boolean,
) {
  const groups = new Map<string, { index: string; members: T[]; weight: Comparable }>();
  for (const one of list) {
    const { names, weight } = one.group ?? { names: [], weight: null };
    for (const index of names) {
      const group = groups.get(index);
      if (group === undefined) groups.set(index, { index, members: [one], weight });
      else {
        group.members.push(one);
        const order = compareKeys([weight], [group.weight], [{ descending: false }]);
        if (most ? order > 0 : order < 0) group.weight = weight;
      }
    }
  }
  return [...groups.values()].sort((a, b) => compareKeys([a.weight], [b.weight], [{ descending }]));
}
