import { describe, expect, it } from 'vitest';
import { child, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Card } from '../../../core/contacts/types.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import {
  availability,
  NOW,
  retrieve,
  tag,
  resolvingWorld as world,
} from '../../../test/support/resolving-world.worker.ts';
import { objectDocument } from '../../queue-consumers/object-text.ts';

describe('ResolveRecipients: the user’s own people', () => {
  async function withContacts() {
    const made = await world();
    const { mailbox, search, ref } = made;
    const folderId = (await mailbox.folderByRole('contacts'))?.folderId ?? '';
    const know = async (
      uid: string,
      full: string,
      emails: string[],
      over: Partial<Card> = {},
      to = folderId,
    ) => {
      const document: Card = {
        ...{ '@type': 'Card', version: '1.0', uid, updated: '2026-01-01T00:00:00Z', name: { full } },
        emails: Object.fromEntries(emails.map((address, n) => [`email${n + 1}`, { address }])),
        ...over,
      };
      const facts = pimFacts('contact', document);
      await mailbox.putItem({ itemId: uid, folderId: to, kind: 'contact', document, facts });
      for (const item of await mailbox.pimItems([uid])) await search.index(ref, objectDocument(item));
    };
    const found = async (to: string, options: WbxmlNode[] = []) => {
      const [one] = (await made.ask([to], options)).responses;
      const shown = one?.recipients.map((r) =>
        [tag('Type'), tag('DisplayName'), tag('EmailAddress')].map((t) => textOf(r, t)).join(' '),
      );
      return [one?.status, ...(shown ?? [])];
    };
    return { ...made, know, found };
  }

  it('are contacts, by name, nickname, company and address, beside the address list', async () => {
    const { add, know, found } = await withContacts();
    await add('zoe', 'Zoe Gal');
    await know('c1', 'Zoe Own', ['zoe@out.test', 'zoe@home.test'], {
      nicknames: { n: { name: 'Zozo' } },
      organizations: { org: { name: 'Acme' } },
    });
    await know('c2', 'Zoe Gal', ['ZOE@x.test']);
    await know('c3', 'No Address', []);
    expect(await found('zoe@out.test')).toEqual(['1', '2 Zoe Own zoe@out.test']);
    expect(await found('zoe@x.test')).toEqual(['1', '1 Zoe Gal zoe@x.test']);
    const both = ['2 Zoe Own zoe@out.test', '2 Zoe Own zoe@home.test'];
    for (const text of ['zozo', 'acm', 'zo own', 'Zoe Own'])
      expect([text, ...(await found(text))]).toEqual([text, '2', ...both]);
    expect(await found('zoe')).toEqual(['2', '1 Zoe Gal zoe@x.test', ...both]);
    expect(await found('zoe', [el(tag('MaxAmbiguousRecipients'), 2)])).toEqual([
      '3',
      '1 Zoe Gal zoe@x.test',
      both[0],
    ]);
    expect(await found('no address')).toEqual(['4']);
  });

  it('have neither certificates nor free/busy data', async () => {
    const { know, ask } = await withContacts();
    await know('c1', 'Zoe Own', ['zoe@out.test']);
    const span = availability('2010-03-01T00:00:00.000Z', '2010-03-01T00:30:00.000Z');
    const [one] = (await ask(['zoe'], [retrieve(2), span])).responses;
    const [recipient] = one?.recipients ?? [];
    expect(textOf(child(recipient, tag('Availability')), tag('Status'))).toBe('163');
    expect(textOf(child(recipient, tag('Certificates')), tag('Status'))).toBe('7');
  });

  it('are no contacts that lie in Deleted Items', async () => {
    const { know, found, mailbox } = await withContacts();
    await know('c1', 'Zoe Own', ['zoe@out.test']);
    await mailbox.move(['c1'], (await mailbox.folderByRole('deleted'))?.folderId ?? '');
    expect(await found('zoe')).toEqual(['4']);
  });

  it('are those written to where nobody else is known, the likeliest first', async () => {
    const { know, found, mailbox } = await withContacts();
    const to = (address: string, name: string) => mailbox.noteCorrespondents([{ address, name }], NOW);
    await to('rare@out.test', 'Zed Rare');
    for (let n = 0; n < 5; n++) await to('often@out.test', 'Zed Often');
    expect(await found('zed')).toEqual(['2', '2 Zed Often often@out.test', '2 Zed Rare rare@out.test']);
    expect(await found('rare@out.test')).toEqual(['1', '2 Zed Rare rare@out.test']);
    await know('c1', 'Zed Contact', ['zed@out.test']);
    expect(await found('zed')).toEqual(['1', '2 Zed Contact zed@out.test']);
  });

  it('are left out while the index does not answer; the address list is not', async () => {
    const { add, found, search } = await withContacts();
    await add('zoe', 'Zoe Gal');
    search.cursors = async () => Promise.reject(new Error('D1_ERROR: overloaded'));
    expect(await found('zoe')).toEqual(['1', '1 Zoe Gal zoe@x.test']);
  });
});
