import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataMethods } from '../../../data-client/index.ts';
import { dataClient, failure, INTERNAL_TOKENS, scopeOf } from '../../support/data-client.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';

const DAY = 86_400_000;
const event = (title: string, start: string, more: Record<string, unknown> = {}) => ({
  ...{ '@type': 'Event' as const, title, start, duration: 'PT1H', timeZone: 'Europe/Berlin', ...more },
});

describe('events and contacts of the data service', () => {
  let server: InProcess;
  let client: DataMethods;
  let ann: { tenant: string; user: string };
  let bob: { tenant: string; user: string };

  beforeAll(async () => {
    server = await startInProcess({ vars: { INTERNAL_TOKENS } });
    ann = scopeOf(await server.addUser('ann@objects.example', 'secret-ann-1'));
    bob = scopeOf(await server.addUser('bob@objects.example', 'secret-bob-1'));
    client = dataClient(server).client;
  });
  afterAll(() => server.stop());

  it('keep what a document says, beyond what is known of it', async () => {
    const more = { 'example.com:x': { a: [1, 2] }, keywords: { Red: true as const } };
    const made = await client.createEvent({ ...ann, document: event('One', '2027-03-01T10:00:00', more) });
    expect(made).toMatchObject({ startsAt: Date.UTC(2027, 2, 1, 9), endsAt: Date.UTC(2027, 2, 1, 10) });
    const read = await client.getEvent({ ...ann, id: made.id });
    expect(read.document).toMatchObject({ ...event('One', '2027-03-01T10:00:00', more), uid: made.id });
  });

  it('are listed by the time in which they take place, in pages', async () => {
    for (const [n, day] of ['05', '06', '07'].entries()) {
      await client.createEvent({ ...ann, document: event(`April ${n}`, `2027-04-${day}T10:00:00`) });
    }
    const rule = { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'yearly' }] };
    await client.createEvent({ ...ann, document: event('Yearly', '2020-01-01T10:00:00', rule) });
    const [from, to] = [Date.UTC(2027, 3, 5), Date.UTC(2027, 3, 5) + 3 * DAY];
    const titles: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.listEvents({
        ...ann,
        from,
        to,
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      titles.push(...page.items.map((one) => one.document['title']));
      if (page.cursor === null) break;
      cursor = page.cursor;
    }
    expect(titles).toEqual(['Yearly', 'April 0', 'April 1', 'April 2']);
    const all = await client.listEvents({ ...ann, folder: 'calendar' });
    expect(all.items.length).toBeGreaterThanOrEqual(4);
    expect(await failure(client.listEvents({ ...ann, from }))).toEqual(['INVALID_ARGUMENT', 400]);
    expect(await failure(client.listEvents({ ...ann, folder: 'inbox' }))).toEqual(['INVALID_ARGUMENT', 400]);
  });

  it('are made once under a key', async () => {
    const given = { ...ann, key: 'k1', document: event('Key', '2027-05-01T10:00:00') };
    const first = await client.createEvent(given);
    expect((await client.createEvent(given)).id).toBe(first.id);
    const card = { ...ann, key: 'k1', document: { '@type': 'Card' as const, name: { full: 'Key' } } };
    const contact = await client.createContact(card);
    expect([(await client.createContact(card)).id === contact.id, contact.id === first.id]).toEqual([
      true,
      false,
    ]);
  });

  it('are changed by a merge patch, and not over a version that is not the one that is meant', async () => {
    const made = await client.createEvent({
      ...{
        ...ann,
        document: event('Two', '2027-06-01T10:00:00', {
          description: 'Old',
          locations: { a: { name: 'A' } },
        }),
      },
    });
    const patch = { title: 'Three', description: null, locations: { a: { name: 'B' } }, uid: 'other' };
    const changed = await client.changeEvent({ ...ann, id: made.id, ifMatch: made.modseq, patch });
    expect(changed.document).toMatchObject({ title: 'Three', locations: { a: { name: 'B' } }, uid: made.id });
    expect('description' in changed.document).toBe(false);
    const stale = { ...ann, id: made.id, ifMatch: made.modseq, patch: { title: 'Lost' } };
    expect(await failure(client.changeEvent(stale))).toEqual(['ABORTED', 412]);
    const both = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        client.changeEvent({ ...ann, id: made.id, patch: { keywords: { [name]: true } } }),
      ),
    );
    expect(new Set(both.map((one) => one.modseq)).size).toBe(3);
    expect((await client.getEvent({ ...ann, id: made.id })).document['keywords']).toEqual({
      a: true,
      b: true,
      c: true,
    });
    const wrong = { ...ann, id: made.id, patch: { start: 'tomorrow' } };
    expect(await failure(client.changeEvent(wrong))).toEqual(['INVALID_ARGUMENT', 400]);
  });

  it('that nobody could live with are refused', async () => {
    const bomb = { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'secondly' }] };
    for (const document of [
      event('Bomb', '2027-01-01T10:00:00', bomb),
      event('Large', '2027-01-01T10:00:00', { 'example.com:x': 'x'.repeat(300_000) }),
      event('People', '2027-01-01T10:00:00', { participants: { a: 5 } }),
    ]) {
      expect((await failure(client.createEvent({ ...ann, document: document as never })))[0]).toBe(
        'INVALID_ARGUMENT',
      );
    }
    const card = { '@type': 'Card' as const, organizations: { a: { units: [5] } } };
    expect(await failure(client.createContact({ ...ann, document: card }))).toEqual([
      'INVALID_ARGUMENT',
      400,
    ]);
    expect(Object.getPrototypeOf({}).polluted).toBeUndefined();
  });

  it('have attendees told when that is wanted', async () => {
    const people = {
      o: { '@type': 'Participant', sendTo: { imip: 'mailto:ann@objects.example' }, roles: { owner: true } },
      b: {
        '@type': 'Participant',
        sendTo: { imip: 'mailto:bob@objects.example' },
        roles: { attendee: true },
      },
    };
    const document = event('Meet', '2027-07-01T10:00:00', {
      ...{ participants: people, replyTo: { imip: 'mailto:ann@objects.example' } },
    });
    const inbox = async () => {
      await server.drain();
      return (await client.listEmails({ ...bob })).items.map((one) => [one.subject, one.messageClass]);
    };
    await client.createEvent({ ...ann, document: { ...document, title: 'Quiet' } });
    expect(await inbox()).toEqual([]);
    const { id } = await client.createEvent({ ...ann, document, notify: true });
    expect(await inbox()).toEqual([['Meet', 'IPM.Schedule.Meeting.Request']]);
    await client.deleteEvent({ ...ann, id, notify: true });
    expect((await inbox()).map(([, kind]) => kind)).toContain('IPM.Schedule.Meeting.Canceled');
  });

  it('go into Deleted Items, then for good', async () => {
    const { id, modseq } = await client.createContact({
      ...{
        ...ann,
        document: { '@type': 'Card', name: { full: 'Cid' }, emails: { e: { address: 'cid@far.example' } } },
      },
    });
    const list = await client.listContacts({ ...ann });
    expect(list.items.map((one) => one.id)).toContain(id);
    expect(await failure(client.deleteContact({ ...ann, id, ifMatch: modseq + 1 }))).toEqual([
      'ABORTED',
      412,
    ]);
    const changed = await client.changeContact({ ...ann, id, patch: { name: { full: 'Cid Two' } } });
    expect(changed.document['emails']).toEqual({ e: { address: 'cid@far.example' } });
    await client.deleteContact({ ...ann, id });
    const { folders } = await client.listFolders(ann);
    const bin = folders.find((one) => one.role === 'deleted')?.id;
    expect((await client.getContact({ ...ann, id })).folder).toBe(bin);
    await client.deleteContact({ ...ann, id, permanent: true });
    expect(await failure(client.getContact({ ...ann, id }))).toEqual(['NOT_FOUND', 404]);
    // What is another kind of thing is not there.
    const { id: other } = await client.createEvent({ ...ann, document: event('E', '2027-01-01T10:00:00') });
    expect(await failure(client.getContact({ ...ann, id: other }))).toEqual(['NOT_FOUND', 404]);
    expect(await failure(client.getEmail({ ...ann, id: other }))).toEqual(['NOT_FOUND', 404]);
    expect(await failure(client.deleteEmail({ ...ann, id: other }))).toEqual(['NOT_FOUND', 404]);
  });
});
