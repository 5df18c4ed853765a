import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { EwsError, SchemaError } from '../errors.ts';

/** Which part of a list of `total` entries is asked for, and the attributes that say where the next one begins. */
interface Window {
  begin: number;
  end: number;
  /** Of the page and of the whole; `total` is what it was asked with. */
  attributes: XmlObject;
}
export type Pager = (total: number) => Window;

/**
 * Reads the paging of a request (MS-OXWSSRCH 2.2.4): `IndexedPage…View`, `FractionalPage…View`; without one the page is
 * everything, up to `most`.
 * @param what `Item`, `Folder`: the word in the names of the elements
 * @throws EwsError ErrorInvalidPagingMaxRows, ErrorInvalidIndexedPagingParameters, ErrorInvalidFractionalPagingParameters
 */
export function readPager(request: XmlElement, what: 'Item' | 'Folder', most = 0x7fff_ffff): Pager {
  const indexed = child(request, `IndexedPage${what}View`);
  if (indexed !== null) return indexedPager(indexed, most);
  const fractional = child(request, `FractionalPage${what}View`);
  if (fractional !== null) return fractionalPager(fractional, most);
  return (total) => {
    const end = Math.min(total, most);
    const whole = end === total;
    return {
      begin: 0,
      end,
      attributes: {
        ...(whole ? {} : { '@IndexedPagingOffset': end }),
        '@TotalItemsInView': total,
        '@IncludesLastItemInRange': whole,
      },
    };
  };
}

function indexedPager(view: XmlElement, limit: number): Pager {
  const most = Math.min(maxEntries(view), limit);
  const offset = whole(view, 'Offset');
  if (offset < 0) {
    throw new EwsError('ErrorInvalidIndexedPagingParameters', 'The offset of a page must not be negative.');
  }
  const fromEnd = view.attributes['BasePoint'] === 'End';
  return (total) => {
    const begin = fromEnd ? Math.max(0, total - offset - most) : Math.min(offset, total);
    const end = fromEnd ? Math.max(0, total - offset) : Math.min(total, offset + most);
    return {
      begin,
      end,
      attributes: {
        '@IndexedPagingOffset': Math.min(total, offset + end - begin),
        '@TotalItemsInView': total,
        '@IncludesLastItemInRange': fromEnd ? begin === 0 : end === total,
      },
    };
  };
}

function fractionalPager(view: XmlElement, limit: number): Pager {
  const most = Math.min(maxEntries(view), limit);
  const [numerator, denominator] = [whole(view, 'Numerator'), whole(view, 'Denominator')];
  if (numerator < 0 || denominator < 1 || numerator > denominator) {
    throw new EwsError(
      'ErrorInvalidFractionalPagingParameters',
      'The fraction of a page is not between 0 and 1.',
    );
  }
  return (total) => {
    const begin = Math.floor((total * numerator) / denominator);
    const end = Math.min(total, begin + most);
    return {
      begin,
      end,
      attributes: {
        '@NumeratorOffset': end,
        '@AbsoluteDenominator': Math.max(1, total),
        '@TotalItemsInView': total,
        '@IncludesLastItemInRange': end >= total,
      },
    };
  };
}

/** MaxEntriesReturned of a view; everything when it is not given. @throws EwsError ErrorInvalidPagingMaxRows */
export function maxEntries(view: XmlElement): number {
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
