import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Person } from '../../../core/people/types.ts';
import type { EasContext } from '../context.ts';
import { galProperties } from './gal-entry.ts';
import { Pictures } from './pictures.ts';

/** Entries of one answer (MS-ASCMD 2.2.3.143.3: the default range is also the largest). */
const MAX_ENTRIES = 100;
/** Highest index that is looked for (MS-ASCMD 2.2.3.143.1). */
const MAX_INDEX = 999;

/** Status of a store (MS-ASCMD 2.2.3.177.13) and of Find's response (2.2.3.177.2). */
const SEARCH = { ok: 1, malformed: 2, rangeExceeded: 12 } as const;
const FIND = { ok: 1, malformed: 2 } as const;

interface Range {
  first: number;
  last: number;
}

/**
 * GAL side of Search (MS-ASCMD 2.2.1.16): the Store of the request to the Store element of the response. UserName and
 * Password of the Options are for other stores: who is signed in decides.
 */
export async function searchGal(context: EasContext, store: WbxmlElement): Promise<WbxmlNode> {
  const options = child(store, 'Search:Options');
  const query = textOf(store, 'Search:Query');
  const range = rangeOf(textOf(options, 'Search:Range'));
  if (query === undefined || range === null) {
    return el('Search:Store', el('Search:Status', SEARCH.malformed));
  }
  if (range.last - range.first >= MAX_ENTRIES || range.last > MAX_INDEX) {
    return el('Search:Store', el('Search:Status', SEARCH.rangeExceeded));
  }
  const { people, total } = await page(context, query, range);
  const pictures = Pictures.asked(context.services.photos, options, context.version, {
    asked: 'Search',
    answered: 'GAL',
  });
  const results: WbxmlNode[] = [];
  for (const person of people) {
    results.push(
      el(
        'Search:Result',
        el('Search:Properties', galProperties(person, (await pictures?.of(person)) ?? null)),
      ),
    );
  }
  return el(
    'Search:Store',
    el('Search:Status', SEARCH.ok),
    // Clients expect one Result, which is empty when nothing was found.
    results.length > 0 ? results : el('Search:Result'),
    results.length > 0 ? el('Search:Range', shown(range, results.length)) : null,
    el('Search:Total', total),
  );
}

/** GAL side of Find (MS-ASCMD 2.2.1.2): ExecuteSearch of the request to the Response element. */
export async function findGal(context: EasContext, executeSearch: WbxmlElement): Promise<WbxmlNode> {
  const criterion = child(executeSearch, 'Find:GalSearchCriterion');
  const options = child(criterion, 'Find:Options') ?? child(executeSearch, 'Find:Options');
  const query = findQuery(criterion);
  const store = el('ItemOperations:Store', 'GAL');
  const asked = rangeOf(textOf(options, 'Find:Range'));
  if (query === undefined || asked === null || asked.last > MAX_INDEX) {
    return el('Find:Response', store, el('Find:Status', FIND.malformed));
  }
  // The answer may hold fewer than were asked for (MS-ASCMD 2.2.3.143.1).
  const range = { ...asked, last: Math.min(asked.last, asked.first + MAX_ENTRIES - 1) };
  const { people, total } = await page(context, query, range);
  const pictures = Pictures.asked(context.services.photos, options, context.version, {
    asked: 'Find',
    answered: 'GAL',
  });
  const results: WbxmlNode[] = [];
  for (const person of people) {
    results.push(
      el('Find:Result', el('Find:Properties', galProperties(person, (await pictures?.of(person)) ?? null))),
    );
  }
  return el(
    'Find:Response',
    store,
    el('Find:Status', FIND.ok),
    results,
    results.length > 0 ? el('Find:Range', shown(range, results.length)) : null,
    el('Find:Total', total),
  );
}

/** The text looked for, with or without a FreeText around it. */
function findQuery(criterion: WbxmlElement | undefined): string | undefined {
  const [query] = children(criterion, 'Find:Query');
  return textOf(query, 'Find:FreeText') ?? query?.text;
}

/** Entries of the range; what lies before it is read over, at most MAX_INDEX rows. */
async function page(
  { services, ref }: EasContext,
  query: string,
  { first, last }: Range,
): Promise<{ people: Person[]; total: number }> {
  const { people, total } = await services.directory.searchPeople(ref.tenantId, query, last + 1, null);
  return { people: people.slice(first), total };
}

/** `m-n` with m at most n; the default without one; null for anything else. */
function rangeOf(text: string | undefined): Range | null {
  if (text === undefined) return { first: 0, last: MAX_ENTRIES - 1 };
  const match = /^\s*(\d{1,7})\s*-\s*(\d{1,7})\s*$/.exec(text);
  if (match === null) return null;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first <= last ? { first, last } : null;
}

function shown({ first }: Range, count: number): string {
  return `${first}-${first + count - 1}`;
}
