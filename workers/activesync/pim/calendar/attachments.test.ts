import { describe, expect, test } from 'vitest';
import { children, el, textOf, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { attachmentsNamed } from '../../../../core/pim/attachments.ts';
import {
  brief,
  contextOf,
  event,
  itemOf,
  type Said,
  shown,
  take,
  taken,
} from '../../../../test/support/calendar-world.worker.ts';
import type { EasContext } from '../../context.ts';
import { calendarCodec } from './codec.ts';
import { openEventFile } from './open-file.ts';

const BYTES = new TextEncoder().encode('agenda \u0000\u00ff of the day');
const file = (clientId: string, name = 'agenda.txt', bytes: Uint8Array = BYTES) =>
  el(
    'AirSyncBase:Add',
    el('AirSyncBase:ClientId', clientId),
    el('AirSyncBase:Content', bytes),
    el('AirSyncBase:ContentType', 'text/plain'),
    el('AirSyncBase:DisplayName', name),
    el('AirSyncBase:Method', 1),
  );
const add = (...files: ReturnType<typeof file>[]): Said[number] => ['AirSyncBase:Attachments', files];
const WHEN: Said = [
  ['Calendar:StartTime', '20261126T083000Z'],
  ['Calendar:EndTime', '20261126T093000Z'],
];

function references(data: WbxmlElement): string[] {
  const list = data.children.find((c) => c.tag === 'AirSyncBase:Attachments');
  return children(list, 'AirSyncBase:Attachment').map((a) => textOf(a, 'AirSyncBase:FileReference') ?? '');
}

/** A device of the mailbox that holds this event. */
function device(document: CalendarEvent): EasContext {
  const item = itemOf(document);
  const mailbox = { pimItems: async (ids: string[]) => (ids.includes(item.itemId) ? [item] : []) };
  return { ...contextOf('16.1'), mailbox } as unknown as EasContext;
}

async function read(
  context: EasContext,
  reference: string,
  range: { start: number; end: number } | null = null,
) {
  const found = await openEventFile(context, reference, range);
  if (found === null || found === 'bad-range') return found;
  const { stream } = found.bytes;
  const source = typeof stream === 'function' ? await stream() : stream;
  return { ...found, bytes: new Uint8Array(await new Response(source as BodyInit).arrayBuffer()) };
}

describe('files of an event (16.x, MS-ASAIRS 2.2.2.2)', () => {
  test('are added, shown, named to the device and fetched, byte for byte', async () => {
    const made = await taken([...WHEN, add(file('c1'), file('c2', '../x/pl\u202ean.pdf'))], '16.1');
    const data = await shown(made, '16.1');
    expect(brief(data)).toMatchObject({
      Attachments: {
        Attachment: [
          { DisplayName: 'agenda.txt', Method: '1', EstimatedDataSize: String(BYTES.length) },
          { DisplayName: 'plan.pdf' },
        ],
      },
    });
    expect(JSON.stringify(brief(data))).not.toContain('c1');
    const [reference = ''] = references(data);
    expect(await read(device(made), reference)).toMatchObject({
      bytes: BYTES,
      mediaType: 'text/plain',
      total: BYTES.length,
    });
    expect(await read(device(made), reference, { start: 2, end: 5 })).toMatchObject({
      bytes: BYTES.slice(2, 5),
      start: 2,
      end: 5,
    });
    expect(await read(device(made), reference, { start: BYTES.length, end: 99 })).toBe('bad-range');
    expect(await read(device(event()), reference)).toBeNull();
    expect(await read(device(made), 'item1.1')).toBeNull();
    const answer = el(
      'AirSync:ApplicationData',
      calendarCodec.added?.(contextOf('16.1'), itemOf(made)) ?? [],
    );
    expect(JSON.stringify(answer)).toContain('c1');
    expect(await shown(made, '14.1').then(references)).toEqual([]);
  });

  test('have the same name when a request is repeated (I16), and another for other bytes', async () => {
    const named = async (...files: ReturnType<typeof file>[]) =>
      attachmentsNamed(await taken([...WHEN, add(...files)], '16.1'));
    expect(await named(file('c1'))).toEqual(await named(file('c1')));
    expect(await named(file('c1'))).not.toEqual(await named(file('c1', 'agenda.txt', new Uint8Array(3))));
  });

  test('go by their reference, the others stay, and the device is told how a new one is called', async () => {
    const made = await taken([...WHEN, add(file('c1'), file('c2', 'plan.pdf'))], '16.1');
    const [first = '', second = ''] = references(await shown(made, '16.1'));
    const gone = el('AirSyncBase:Delete', el('AirSyncBase:FileReference', first));
    const result = await take([['AirSyncBase:Attachments', [gone, file('c3', 'new.txt')]]], '16.1', {
      present: made,
    });
    expect(result).toMatchObject({ kind: 'item', echo: true });
    if (result.kind !== 'item' || result.item.kind !== 'event') return;
    const left = references(await shown(result.item.document, '16.1'));
    expect(left).toContain(second);
    expect(left).not.toContain(first);
    expect(left).toHaveLength(2);
  });

  test.each<[string, Said[number]]>([
    [
      'a file without content',
      ['AirSyncBase:Attachments', [el('AirSyncBase:Add', el('AirSyncBase:ClientId', 'c1'))]],
    ],
    [
      'a reference of another item',
      [
        'AirSyncBase:Attachments',
        [el('AirSyncBase:Delete', el('AirSyncBase:FileReference', 'item2.f000000000000000000000000'))],
      ],
    ],
    [
      'a reference to nothing',
      ['AirSyncBase:Attachments', [el('AirSyncBase:Delete', el('AirSyncBase:FileReference', 'x'))]],
    ],
    ['more than a hundred', add(...Array.from({ length: 101 }, (_, i) => file(`c${i}`)))],
  ])('are refused with %s', async (_name, said) => {
    expect(await take([said], '16.1', { present: event() })).toEqual({ kind: 'refused', status: 6 });
  });

  test('are no way around the limits of the mailbox', async () => {
    const said: Said = [...WHEN, add(file('c1'))];
    const bounded = contextOf('16.1', undefined, { maxMessageBytes: BYTES.length - 1 });
    expect(await take(said, '16.1', { context: bounded })).toEqual({ kind: 'refused', status: 6 });
    const { principal, services, ...context } = contextOf('16.1');
    const { user, tenant } = principal;
    // As the directory has it now, not as it was when the device signed in.
    const getUser = async () => ({ tenant, user: { ...user, quotaBytes: BYTES.length - 1 } });
    const directory = { ...services.directory, getUser };
    const full: EasContext = { ...context, principal, services: { ...services, directory } };
    expect(await take(said, '16.1', { context: full })).toEqual({ kind: 'refused', status: 9 });
  });

  test('can be those of one occurrence', async () => {
    const series = event({ recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 3 }] });
    const made = await taken([add(file('c1'))], '16.1', { present: series, instanceId: '20261127T083000Z' });
    expect(made.links).toBeUndefined();
    const [id] = attachmentsNamed(made);
    expect(await read(device(made), `item1.${id}`)).toMatchObject({ bytes: BYTES });
    expect(brief(await shown(made, '16.1'))).toMatchObject({
      Exceptions: { Exception: { Attachments: { Attachment: { DisplayName: 'agenda.txt' } } } },
    });
  });
});
