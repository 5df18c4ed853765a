import type { Card } from '../../core/contacts/types.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import { buildServices } from '../../workers/index.ts';

/** Fills a user's address book; answers the bytes of one document. */
export async function seedContacts(env: Env, url: URL, context: ExecutionContext): Promise<string> {
  const services = buildServices(env, context);
  const login = await services.directory.findLogin(url.searchParams.get('user') ?? '');
  if (login === null) throw new Error('seed-contacts: no such user');
  const { tenant, user } = login;
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const mailbox = services.mail.mailbox(ref);
  const folder = (await mailbox.folders()).find(({ role }) => role === 'contacts');
  if (folder === undefined) throw new Error('seed-contacts: no address book');
  const count = Number(url.searchParams.get('n') ?? '100');
  for (let done = 0; done < count; done += 100) {
    await mailbox.putItems(
      Array.from({ length: Math.min(100, count - done) }, (_, i) => {
        const document = benchCard(done + i);
        const facts = pimFacts('contact', document);
        return { itemId: newId(), folderId: folder.folderId, kind: 'contact' as const, document, facts };
      }),
    );
  }
  return String(new TextEncoder().encode(JSON.stringify(benchCard(1))).length);
}

/** A contact as phones have them: a dozen fields, a note, no picture. */
function benchCard(n: number): Card {
  return {
    '@type': 'Card',
    version: '1.0',
    uid: `bench-${n}`,
    created: '2026-01-01T00:00:00.000Z',
    updated: '2026-01-01T00:00:00.000Z',
    name: {
      components: [
        { kind: 'given', value: `Given${n}` },
        { kind: 'surname', value: `Surname${n % 1000}` },
      ],
    },
    organizations: { org: { name: `Company ${n % 50}`, units: [{ name: 'Sales' }] } },
    titles: { title: { name: 'Manager' } },
    emails: {
      email1: { address: `given${n}@company.example`, contexts: { work: true } },
      email2: { address: `private${n}@home.example`, contexts: { private: true } },
    },
    phones: {
      mobile: { number: `+49 170 ${1_000_000 + n}`, features: { mobile: true } },
      work: { number: `+49 30 ${1_000_000 + n}`, contexts: { work: true }, features: { voice: true } },
    },
    addresses: {
      home: {
        contexts: { private: true },
        components: [
          { kind: 'name', value: `Street ${n}` },
          { kind: 'locality', value: 'Berlin' },
          { kind: 'postcode', value: '10115' },
          { kind: 'country', value: 'Germany' },
        ],
      },
    },
    anniversaries: { birthday: { kind: 'birth', date: { year: 1980, month: 4, day: 1 + (n % 28) } } },
    keywords: { Customers: true },
    notes: { note: { note: 'Met at the fair. Prefers mail.' } },
  };
}
