import { describe, expect, it } from 'vitest';
import {
  child,
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { NO_ATTRIBUTES } from '../../../core/people/types.ts';
import { peopleWorld } from '../../../test/support/people-world.worker.ts';
import type { Version } from '../http/versions.ts';
import { findGal, searchGal } from './gal-search.ts';

const read = (node: WbxmlNode) => decodeWbxml(encodeWbxml(node));

async function world() {
  const made = await peopleWorld();
  const search = async (query: string | null, options: WbxmlNode[] = [], version: Version = '16.1') => {
    const store = read(
      el(
        'Search:Store',
        el('Search:Name', 'GAL'),
        query === null ? null : el('Search:Query', query),
        el('Search:Options', options),
      ),
    );
    const answer = read(await searchGal(made.context(version), store));
    return {
      status: textOf(answer, 'Search:Status'),
      range: textOf(answer, 'Search:Range'),
      total: textOf(answer, 'Search:Total'),
      order: answer.children.map((c) => c.tag),
      results: children(answer, 'Search:Result').map((r) => child(r, 'Search:Properties')),
    };
  };
  const names = (answer: Awaited<ReturnType<typeof search>>) =>
    answer.results.map((r) => textOf(r, 'GAL:DisplayName'));
  return { ...made, search, names };
}

const range = (text: string) => el('Search:Range', text);
const picture = (maxSize?: number, maxPictures?: number) =>
  el(
    'Search:Picture',
    maxSize === undefined ? null : el('Search:MaxSize', maxSize),
    maxPictures === undefined ? null : el('Search:MaxPictures', maxPictures),
  );

describe('searching the address list with Search', () => {
  it('S14_TC14 gives the properties in schema order, the empty ones left out', async () => {
    const { add, search } = await world();
    await add('ann', 'Ann Lee', {
      firstName: 'Ann',
      lastName: 'Lee',
      title: 'Chef',
      office: '7',
      company: 'C',
      phone: '1',
      homePhone: '2',
      mobilePhone: '3',
    });
    await add('bob', 'Ann Bob');
    const { results, status, total, range: shown, order } = await search('ann', [range('0-9')]);
    expect([status, total, shown]).toEqual(['1', '2', '0-1']);
    expect(order).toEqual([
      'Search:Status',
      'Search:Result',
      'Search:Result',
      'Search:Range',
      'Search:Total',
    ]);
    expect(results[0]?.children.map((c) => [c.tag, c.text])).toEqual([
      ['GAL:DisplayName', 'Ann Bob'],
      ['GAL:Alias', 'bob'],
      ['GAL:EmailAddress', 'bob@x.test'],
    ]);
    expect(results[1]?.children.map((c) => [c.tag.slice(4), c.text])).toEqual([
      ['DisplayName', 'Ann Lee'],
      ['Phone', '1'],
      ['Office', '7'],
      ['Title', 'Chef'],
      ['Company', 'C'],
      ['Alias', 'ann'],
      ['FirstName', 'Ann'],
      ['LastName', 'Lee'],
      ['HomePhone', '2'],
      ['MobilePhone', '3'],
      ['EmailAddress', 'ann@x.test'],
    ]);
  });

  it('S14_TC14 is in order of name and obeys the range', async () => {
    const { add, search, names } = await world();
    for (const n of ['d', 'b', 'a', 'e', 'c']) await add(`u${n}`, `Name ${n}`);
    expect(names(await search('name', [range('0-2')]))).toEqual(['Name a', 'Name b', 'Name c']);
    expect(await search('name', [range('0-2')])).toMatchObject({ range: '0-2', total: '5' });
    expect(await search('name', [range('3-9')])).toMatchObject({ range: '3-4', total: '5' });
    expect(await search('name', [range('5-9')])).toMatchObject({ status: '1', total: '5', range: undefined });
  });

  it('answers nobody found with one empty result', async () => {
    const { search } = await world();
    for (const query of ['nobody', '', '   ', '@']) {
      expect(await search(query)).toMatchObject({ status: '1', total: '0', results: [undefined] });
    }
  });

  it('refuses a request without query, bad ranges, and ranges over 100 entries', async () => {
    const { search } = await world();
    expect((await search(null)).status).toBe('2');
    for (const bad of ['', '5', '5-2', '-1-3', 'a-b', '0-9-9']) {
      expect((await search('x', [range(bad)])).status, bad).toBe('2');
    }
    expect((await search('x', [range('0-100')])).status).toBe('12');
    expect((await search('x', [range('0-99')])).status).toBe('1');
    expect((await search('x', [range('999-1000')])).status).toBe('12');
  });

  it('S14_TC20 S14_TC21 S14_TC26 sends photos within the limits and says why one is missing', async () => {
    const { add, search } = await world();
    await add('a', 'P a', {}, 3000);
    await add('b', 'P b');
    await add('c', 'P c', {}, 2000);
    await add('d', 'P d', {}, 2000);
    const statuses = async (asked: WbxmlNode) =>
      (await search('p', [asked])).results.map((r) => textOf(child(r, 'GAL:Picture'), 'GAL:Status'));
    expect(await statuses(picture(10_240, 3))).toEqual(['1', '173', '1', '1']);
    expect(await statuses(picture(2500, 1))).toEqual(['174', '173', '1', '175']);
    expect(await statuses(picture(10_240, 0))).toEqual(['175', '173', '175', '175']);
    expect(await statuses(picture())).toEqual(['1', '173', '1', '1']);
    const { results } = await search('p', [picture()]);
    expect(child(child(results[0], 'GAL:Picture'), 'GAL:Data')?.opaque).toHaveLength(3000);
    expect(results[0]?.children.at(-1)?.tag).toBe('GAL:Picture');
  });

  it('sends no photo above 100 KB whatever is asked, none unasked, and none before 14.1', async () => {
    const { add, search } = await world();
    await add('a', 'P a', {}, 102_401);
    const picked = async (options: WbxmlNode[], version?: Version) =>
      child((await search('p', options, version)).results[0], 'GAL:Picture');
    expect(textOf(await picked([picture(1_000_000)]), 'GAL:Status')).toBe('174');
    expect(await picked([])).toBeUndefined();
    expect(await picked([picture()], '14.0')).toBeUndefined();
  });
});

describe('shared contacts in the address list', () => {
  it('are found as users are, with their photos, unless they are hidden', async () => {
    const { add, search, names, directory, photos } = await world();
    await add('ann', 'Ann Lee');
    const put = (local: string, displayName: string, hidden: boolean) =>
      directory.putSharedContact({
        ...{ ...NO_ATTRIBUTES, tenantId: 't1', contactId: `c-${local}`, address: `${local}@partner.test` },
        ...{ displayName, hidden, company: 'Partner', mobilePhone: '7' },
      });
    await put('zoe', 'Zoe Lee', false);
    await put('yan', 'Yan Lee', true);
    await photos.put('photos/t1/c-zoe/1', new Uint8Array(50), 'image/jpeg');
    await directory.setPersonPhoto('t1', 'c-zoe', {
      ...{ key: 'photos/t1/c-zoe/1', mediaType: 'image/jpeg', size: 50 },
    });
    const answer = await search('lee', [picture()]);
    expect(names(answer)).toEqual(['Ann Lee', 'Zoe Lee']);
    const zoe = answer.results[1];
    expect(zoe?.children.slice(0, -1).map((c) => [c.tag.slice(4), c.text])).toEqual([
      ['DisplayName', 'Zoe Lee'],
      ['Company', 'Partner'],
      ['Alias', 'zoe'],
      ['MobilePhone', '7'],
      ['EmailAddress', 'zoe@partner.test'],
    ]);
    expect(child(child(zoe, 'GAL:Picture'), 'GAL:Data')?.opaque).toHaveLength(50);
    expect(names(await search('partner'))).toEqual(['Zoe Lee']);
  });
});

describe('searching the address list with Find', () => {
  async function find(
    made: Awaited<ReturnType<typeof peopleWorld>>,
    query: WbxmlNode | null,
    options: WbxmlNode[] = [],
  ) {
    const execute = read(
      el('Find:ExecuteSearch', el('Find:GalSearchCriterion', query, el('Find:Options', options))),
    );
    return read(await findGal(made.context(), execute));
  }

  it('S23_TC04 gives the same entries in a Response', async () => {
    const made = await peopleWorld();
    await made.add('ann', 'Ann Lee', { title: 'Chef' }, 50);
    await made.add('bob', 'Ann Bob');
    const answer = await find(made, el('Find:Query', 'ann'), [el('Find:Range', '0-22'), el('Find:Picture')]);
    expect(answer.children.map((c) => c.tag)).toEqual([
      'ItemOperations:Store',
      'Find:Status',
      'Find:Result',
      'Find:Result',
      'Find:Range',
      'Find:Total',
    ]);
    expect(textOf(answer, 'Find:Status')).toBe('1');
    expect(textOf(answer, 'Find:Total')).toBe('2');
    const second = child(children(answer, 'Find:Result')[1], 'Find:Properties');
    expect(textOf(second, 'GAL:Title')).toBe('Chef');
    expect(child(child(second, 'GAL:Picture'), 'GAL:Data')?.opaque).toHaveLength(50);
    const free = await find(made, el('Find:Query', el('Find:FreeText', 'bob')));
    expect(textOf(free, 'Find:Total')).toBe('1');
  });

  it('refuses bad requests and gives fewer than an overlong range asks for', async () => {
    const made = await peopleWorld();
    expect(textOf(await find(made, null), 'Find:Status')).toBe('2');
    expect(textOf(await find(made, el('Find:Query', 'x'), [el('Find:Range', '9-1')]), 'Find:Status')).toBe(
      '2',
    );
    expect(textOf(await find(made, el('Find:Query', 'x'), [el('Find:Range', '0-500')]), 'Find:Status')).toBe(
      '1',
    );
  });
});
