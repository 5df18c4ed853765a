import { describe, expect, it } from 'vitest';
import type { Card } from '../contacts/types.ts';
import { photoOf, sharedContactId, sharedContactOf } from './shared-contact.ts';

const CARD: Card = { '@type': 'Card', version: '1.0', uid: 'u', updated: '2026-01-01T00:00:00Z' };

describe('a card in the address list', () => {
  it('shows what the list has fields for', () => {
    const card: Card = {
      ...CARD,
      name: { full: 'Zoe Roe' },
      organizations: { o: { name: 'Partner' } },
      titles: { t: { name: 'Chef' } },
      emails: { e: { address: 'no address' }, f: { address: 'Zoe@Partner.test' } },
      phones: {
        p: { number: '1', features: { mobile: true } },
        q: { number: '2', contexts: { work: true } },
        r: { number: '3', contexts: { private: true } },
      },
      'waypost:eas': { OfficeLocation: 'Building 7' },
    };
    expect(sharedContactOf(card)).toEqual({
      address: 'zoe@partner.test',
      displayName: 'Zoe Roe',
      firstName: 'Zoe',
      lastName: 'Roe',
      title: 'Chef',
      office: 'Building 7',
      company: 'Partner',
      phone: '2',
      homePhone: '3',
      mobilePhone: '1',
      hidden: false,
    });
  });

  it('is none without an address, and has no name of its own when it is only an address', () => {
    expect(sharedContactOf({ ...CARD, name: { full: 'Zoe' } })).toBeNull();
    const bare = sharedContactOf({ ...CARD, emails: { e: { address: 'a@b.test' } } });
    expect(bare).toMatchObject({ address: 'a@b.test', displayName: '' });
  });

  it('has the bytes of its photo', () => {
    const photo = (uri: string) => photoOf({ ...CARD, media: { m: { kind: 'photo', uri } } });
    expect(photo('data:image/jpeg;base64,/9j/')).toEqual(Uint8Array.from([0xff, 0xd8, 0xff]));
    expect(photo('https://x.test/a.jpg')).toBeNull();
    expect(photo('data:image/jpeg;base64,%%%')).toBeNull();
    expect(photoOf(CARD)).toBeNull();
  });

  it('has the same id for the same address of the same tenant alone', async () => {
    const id = await sharedContactId('t1', 'a@b.test');
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    expect(await sharedContactId('t1', 'a@b.test')).toBe(id);
    expect(await sharedContactId('t2', 'a@b.test')).not.toBe(id);
  });
});
