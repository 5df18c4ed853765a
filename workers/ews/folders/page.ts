import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { EwsError, SchemaError } from '../errors.ts';

/** Takes one page out of a list, with the attributes that say where the next one begins (MS-OXWSSRCH 2.2.5). */
export type Pager = <T>(all: readonly T[]) => { page: readonly T[]; attributes: XmlObject };

/**
 * Reads IndexedPageFolderView or FractionalPageFolderView; without one the page is everything.
 * @throws EwsError ErrorInvalidPagingMaxRows, ErrorInvalidIndexedPagingParameters, ErrorInvalidFractionalPagingParameters
 */
export function readFolderPager(request: XmlElement): Pager {
  const indexed = child(request, 'IndexedPageFolderView');
  if (indexed !== null) return indexedPager(indexed);
  const fractional = child(request, 'FractionalPageFolderView');
  if (fractional !== null) return fractionalPager(fractional);
  return (all) => ({
    page: all,
    attributes: { '@TotalItemsInView': all.length, '@IncludesLastItemInRange': true },
  });
}

function indexedPager(view: XmlElement): Pager {
  const most = maxEntries(view);
  const offset = whole(view, 'Offset');
  if (offset < 0) {
    throw new EwsError('ErrorInvalidIndexedPagingParameters', 'The offset of a page must not be negative.');
  }
  const fromEnd = view.attributes['BasePoint'] === 'End';
  return (all) => {
    const begin = fromEnd ? Math.max(0, all.length - offset - most) : Math.min(offset, all.length);
    const end = fromEnd ? Math.max(0, all.length - offset) : Math.min(all.length, offset + most);
    const page = all.slice(begin, end);
    return {
      page,
      attributes: {
        '@IndexedPagingOffset': Math.min(all.length, offset + page.length),
        '@TotalItemsInView': all.length,
        '@IncludesLastItemInRange': fromEnd ? begin === 0 : end === all.length,
      },
    };
  };
}

function fractionalPager(view: XmlElement): Pager {
  const most = maxEntries(view);
  const [numerator, denominator] = [whole(view, 'Numerator'), whole(view, 'Denominator')];
  if (numerator < 0 || denominator < 1 || numerator > denominator) {
    throw new EwsError(
      'ErrorInvalidFractionalPagingParameters',
      'The fraction of a page is not between 0 and 1.',
    );
  }
  return (all) => {
    const begin = Math.floor((all.length * numerator) / denominator);
    const page = all.slice(begin, begin + most);
    return {
      page,
      attributes: {
        '@NumeratorOffset': begin + page.length,
        '@AbsoluteDenominator': Math.max(1, all.length),
        '@TotalItemsInView': all.length,
        '@IncludesLastItemInRange': begin + page.length >= all.length,
      },
    };
  };
}

function maxEntries(view: XmlElement): number {
  const most =
    view.attributes['MaxEntriesReturned'] === undefined ? 0x7fff_ffff : whole(view, 'MaxEntriesReturned');
  if (most < 1)
    throw new EwsError('ErrorInvalidPagingMaxRows', 'A page must have room for one entry at least.');
  return most;
}

function whole(view: XmlElement, name: string): number {
  const text = view.attributes[name] ?? '';
  if (!/^-?\d{1,10}$/.test(text)) throw new SchemaError(`${name} is no number.`);
  return Number(text);
}
