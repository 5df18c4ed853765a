import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../core/calendar/types.ts';
import type { Card } from '../../core/contacts/types.ts';
import type { ItemKind, NewPimItem } from '../../core/pim/types.ts';
import { contact, event, note, task, textMessage } from '../../test/contract/pim-items.ts';
import { ingestWorld as world } from '../../test/support/ingest-world.worker.ts';
import { consumeIndexText } from './index-text.ts';

const KINDS: ItemKind[] = ['event', 'contact', 'task', 'note', 'sms'];

async function indexed(...items: NewPimItem[]) {
  const w = await world();
  await w.box().putItems(items);
  const { ref } = w.box();
  const fate = { acked: 0, retried: 0 };
  const index = async (ids: string[]) =>
    consumeIndexText(w.services, {
      queue: 'index',
      messages: ids.map((itemId) => ({
        id: itemId,
        body: { v: 1, ...ref, itemId, correlationId: '' },
        attempts: 1,
        ack: () => void fate.acked++,
        retry: () => void fate.retried++,
      })),
    });
  await index(items.map((item) => item.itemId));
  const find = async (text: string, kinds: readonly ItemKind[] = KINDS) => {
    const query = { kind: 'text', text, prefix: false, fields: null } as const;
    const { hits } = await w.services.search.query(ref, query, { order: 'newest', limit: 9, kinds });
    return hits.map((hit) => hit.itemId).sort();
  };
  return { w, fate, index, find };
}

const meeting: CalendarEvent = {
  ...event('e', '8').document,
  title: 'Planning of the garden',
  description: '<p>bring <b>Zwetschgenmus</b></p>',
  descriptionContentType: 'text/html',
  locations: { a: { '@type': 'Location', name: 'Kongresshalle', 'waypost:address': { city: 'Plzeň' } } },
  links: { f: { '@type': 'Link', href: 'waypost:attachment/f', rel: 'enclosure', title: 'plan.pdf' } },
  participants: {
    o: { '@type': 'Participant', name: 'Olga', email: 'olga@boss.example', roles: { owner: true } },
    a: {
      '@type': 'Participant',
      name: 'Petra Müller',
      email: 'petra@out.example',
      roles: { attendee: true },
    },
  },
  recurrenceOverrides: { '2026-04-05T02:30:00': { title: 'Ausnahmsweise' } },
};

const card: Card = {
  ...contact('c', '9').document,
  name: { full: 'Ann Nováková', components: [{ kind: 'surname', value: 'Nováková' }] },
  nicknames: { n: { name: 'Anička' } },
  organizations: { o: { name: 'Contoso', units: [{ name: 'Lager' }] } },
  emails: { email1: { address: 'ann@contoso.example' } },
  phones: { mobile: { number: '+420 (123) 456-789' } },
  addresses: { home: { components: [{ kind: 'locality', value: 'Ostrava' }] } },
  notes: { n: { note: 'met in 東京に行く' } },
};

describe('index of objects', () => {
  it('makes title, people, places, notes, files and numbers findable, and the kind', async () => {
    const { find, fate } = await indexed(
      { ...event('e', '8'), document: meeting },
      { ...contact('c', '9', { title: 'Nováková, Ann' }), document: card },
      task('t', '7', { title: 'Call Olga' }),
      note('n', '10', 'Milk and Kongresshalle'),
      textMessage('s', '2', true),
    );
    expect(fate).toEqual({ acked: 5, retried: 0 });
    const event_ = ['garden', 'zwetschgenmus', 'plzeň', 'plan', 'petra@out.example', 'ausnahmsweise', 'žluť'];
    for (const words of event_) expect(await find(words), words).toEqual(['e']);
    const contact_ = ['nováková', 'anička', 'contoso', 'lager', 'ann@contoso.example', 'ostrava', '東京'];
    for (const words of contact_) expect(await find(words), words).toEqual(['c']);
    for (const words of ['420123456789', '+420 (123) 456-789'])
      expect(await find(words), words).toEqual(['c']);
    expect(await find('kongresshalle')).toEqual(['e', 'n']);
    expect(await find('kongresshalle', ['note', 'task'])).toEqual(['n']);
    expect(await find('olga')).toEqual(['e', 't']);
    expect(await find('hello')).toEqual(['s']);
    expect(await find('420456')).toEqual(['s']);
    expect(await find('garden', ['message'])).toEqual([]);
  });

  it('I8: follows what was changed, and forgets what was removed', async () => {
    const { w, index, find } = await indexed(note('n', '10', 'before'));
    await w.box().putItem(note('n', '10', 'after'));
    await index(['n', 'n']);
    expect([await find('before'), await find('after')]).toEqual([[], ['n']]);
    await w.box().remove(['n'], 5);
    await index(['n']);
    expect(await find('after')).toEqual([]);
  });

  it('takes documents of any shape, as other programs may leave them', async () => {
    const odd = {
      '@type': 'Card',
      uid: 'u',
      updated: '',
      name: 5,
      emails: { a: {} },
      phones: { b: { number: 7 } },
    };
    const { fate } = await indexed(
      { ...contact('c', '9'), document: { ...odd, notes: [null, {}] } as unknown as Card },
      { ...event('e', '8'), document: { ...meeting, participants: { a: {} } } as unknown as CalendarEvent },
    );
    expect(fate).toEqual({ acked: 2, retried: 0 });
  });
});
