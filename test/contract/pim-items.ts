import { ENDLESS, type NewPimItem, type PimFacts } from '../../core/pim/types.ts';

type Of<K extends NewPimItem['kind']> = Extract<NewPimItem, { kind: K }>;

interface Over {
  uid?: string;
  title?: string;
  facts?: Partial<PimFacts>;
}

function factsOf(itemId: string, { uid = `uid-${itemId}`, title = itemId, facts = {} }: Over): PimFacts {
  return { uid, sortAt: 1_000, startsAt: null, endsAt: null, remindAt: null, title, ...facts };
}

/** Between 500 and 1000, with a reminder at 50. Facts as something else would make them of the document. */
export function event(itemId: string, folderId: string, over: Over = {}): Of<'event'> {
  const facts = factsOf(itemId, over);
  return {
    ...{ itemId, folderId, kind: 'event' },
    facts: { ...facts, startsAt: 500, endsAt: 1_000, remindAt: 50, ...over.facts },
    document: {
      '@type': 'Event',
      uid: facts.uid,
      updated: '2026-03-01T08:00:00Z',
      title: facts.title,
      start: '2026-03-29T02:30:00',
      duration: 'PT1H',
      timeZone: 'Europe/Prague',
      keywords: { Blue: true, Žluť: true },
      recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'weekly', count: 4 }],
    },
  };
}

export function contact(itemId: string, folderId: string, over: Over = {}): Of<'contact'> {
  const facts = factsOf(itemId, over);
  return {
    ...{ itemId, folderId, kind: 'contact', facts },
    document: {
      '@type': 'Card',
      version: '1.0',
      uid: facts.uid,
      updated: '2026-03-01T08:00:00Z',
      name: { full: facts.title },
      emails: { email1: { address: 'ann@example.com' } },
    },
  };
}

/** Open: it has no end. */
export function task(itemId: string, folderId: string, over: Over = {}): Of<'task'> {
  const facts = { ...factsOf(itemId, over), sortAt: ENDLESS, ...over.facts };
  return {
    ...{ itemId, folderId, kind: 'task', facts },
    document: { '@type': 'Task', uid: facts.uid, updated: '2026-03-01T08:00:00Z', title: facts.title },
  };
}

export function note(itemId: string, folderId: string, body: string, over: Over = {}): Of<'note'> {
  const facts = factsOf(itemId, over);
  return {
    ...{ itemId, folderId, kind: 'note', facts },
    document: {
      ...{ '@type': 'Note', uid: facts.uid, title: facts.title, body, bodyContentType: 'text/plain' },
      ...{ keywords: {}, updated: '2026-03-01T08:00:00Z', created: '2026-03-01T08:00:00Z' },
    },
  };
}

export function textMessage(itemId: string, folderId: string, isRead: boolean): Of<'sms'> {
  const facts = factsOf(itemId, {});
  return {
    ...{ itemId, folderId, kind: 'sms', facts },
    document: {
      ...{ '@type': 'TextMessage', uid: facts.uid, from: '[MOBILE:+420123]', to: '[MOBILE:+420456]' },
      ...{ subject: '', body: 'Hello', isRead, importance: 1, date: '2026-03-01T08:00:00Z', keywords: {} },
    },
  };
}

/** An event with files: of the series, and one that an occurrence has of its own beside them. */
export function eventWithFiles(itemId: string, folderId: string, sizes: [number, number]): Of<'event'> {
  const made = event(itemId, folderId);
  const link = (id: string, size: number) => ({
    ...{ '@type': 'Link' as const, href: `waypost:attachment/${id}`, rel: 'enclosure' },
    ...{ contentType: 'text/plain', size, title: `${id}.txt` },
  });
  const links = { one: link('one', sizes[0]), web: { ...link('x', 5_000), href: 'https://example.com/' } };
  const patch = { links: { one: link('one', sizes[0]), two: link('two', sizes[1]) } };
  const document = { ...made.document, links, recurrenceOverrides: { '2026-04-05T02:30:00': patch } };
  return { ...made, document };
}
