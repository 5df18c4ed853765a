import { describe, expect, it, test } from 'vitest';
import { el } from '../../../../codecs/wbxml/index.ts';
import type { BodyPreference } from '../../../../core/sync/options.ts';
import { body, codecWorld } from '../testing.ts';
import { noteCodec } from './index.ts';

const n = (name: string, ...parts: Parameters<typeof el>[1][]) => el(`Notes:${name}`, ...parts);
const want = (type: 1 | 2 | 3, more: Partial<BodyPreference> = {}): BodyPreference[] => [
  { type, truncationSize: null, allOrNone: false, preview: 0, ...more },
];
const whole = [
  n('Subject', 'Milk'),
  n('MessageClass', 'IPM.StickyNote.Blue'),
  body(1, 'and bread'),
  n('Categories', n('Category', 'Shop'), n('Category', 'Today')),
];

describe('a note', () => {
  it('MSASNOTE_S01_TC01: comes back as it was added', async () => {
    const world = codecWorld(noteCodec);
    const item = await world.taken(whole);
    expect(await world.shown(item)).toEqual({
      Subject: 'Milk',
      MessageClass: 'IPM.StickyNote.Blue',
      LastModifiedDate: '20261121T120000Z',
      Categories: ['Shop', 'Today'],
      Body: { Type: '1', EstimatedDataSize: '9', Data: 'and bread' },
    });
    expect(item.facts).toMatchObject({ title: 'Milk', sortAt: Date.UTC(2026, 10, 21, 12) });
  });

  it('MSASNOTE_S01_TC02: changed without a body keeps it, and without a Subject keeps that', async () => {
    const world = codecWorld(noteCodec);
    const before = await world.taken(whole);
    world.clock.now += 60_000;
    const after = await world.taken([n('MessageClass', 'IPM.StickyNote')], before);
    expect(await world.shown(after)).toEqual({
      Subject: 'Milk',
      MessageClass: 'IPM.StickyNote',
      LastModifiedDate: '20261121T120100Z',
      Body: { Type: '1', EstimatedDataSize: '9', Data: 'and bread' },
    });
    const renamed = await world.taken([n('Subject', 'Tea'), n('MessageClass', 'IPM.StickyNote')], before);
    expect(await world.shown(renamed)).toMatchObject({ Subject: 'Tea', Body: { Data: 'and bread' } });
  });

  it('MSASNOTE_S01_TC03: was modified when the server says so', async () => {
    const world = codecWorld(noteCodec);
    const item = await world.taken([n('LastModifiedDate', '20110809T000000Z'), n('Subject', 'x')]);
    expect(await world.shown(item)).toMatchObject({ LastModifiedDate: '20261121T120000Z' });
  });

  test.each([
    'IPM.Note',
    'IPM.StickyNote.',
    'IPM.StickyNotes',
    '',
    'x'.repeat(300),
  ])('MSASNOTE_S01_TC05: MessageClass %s is Status 6', async (value) => {
    expect(await codecWorld(noteCodec).take([n('MessageClass', value)])).toBe(6);
  });

  test.each([
    [1, 'plain & text', 'plain & text', 'plain &amp; text'],
    [2, '<b>bold</b>', 'bold', '<b>bold</b>'],
    [3, '{\\rtf1 words\\par}', 'words', 'words'],
  ])('MSASNOTE_S01_TC06: body of type %i is given in the types asked for', async (type, data, plain, html) => {
    const world = codecWorld(noteCodec);
    const item = await world.taken([body(type, data)]);
    expect(await world.shown(item, { bodies: want(1) })).toMatchObject({ Body: { Type: '1', Data: plain } });
    const rich = await world.shown(item, { bodies: want(2) });
    expect(rich).toMatchObject({ Body: { Type: '2' } });
    expect(JSON.stringify(rich)).toContain(html);
    expect(await world.shown(item, { bodies: want(3) })).toMatchObject({ Body: { Type: '3' } });
  });

  it('given as RTF is taken as RTF', async () => {
    const world = codecWorld(noteCodec);
    const item = await world.taken([body(1, 'one\n{two} é')]);
    const shown = (await world.shown(item, { bodies: want(3) }))['Body'] as { Data: string };
    const again = await world.taken([body(3, shown.Data)]);
    expect(again.document).toMatchObject({ body: 'one\n{two} é', bodyContentType: 'text/plain' });
  });

  it('MSASNOTE_S01_TC06: body of MIME is Status 6', async () => {
    expect(await codecWorld(noteCodec).take([body(4, 'x')])).toBe(6);
  });

  it('MSASNOTE_S01_TC07: loses the categories that are left out', async () => {
    const world = codecWorld(noteCodec);
    const before = await world.taken(whole);
    const one = await world.taken([n('Categories', n('Category', 'Today'))], before);
    expect(await world.shown(one)).toMatchObject({ Categories: ['Today'] });
    expect(await world.shown(await world.taken([n('Subject', 'x')], before))).not.toHaveProperty(
      'Categories',
    );
  });

  it('that is cut says how long it is, and comes not at all where nothing else will do', async () => {
    const world = codecWorld(noteCodec, '14.1');
    const item = await world.taken([body(1, 'ä'.repeat(10))]);
    expect(await world.shown(item, { bodies: want(1, { truncationSize: 5 }) })).toMatchObject({
      Body: { EstimatedDataSize: '20', Truncated: '1', Data: 'ää' },
    });
    const none = await world.shown(item, {
      bodies: want(1, { truncationSize: 5, allOrNone: true, preview: 3 }),
    });
    expect(none).toMatchObject({ Body: { Truncated: '1', Preview: 'äää' } });
    expect(none).not.toHaveProperty('Body.Data');
  });
});
