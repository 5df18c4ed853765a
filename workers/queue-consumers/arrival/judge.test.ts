import { describe, expect, it } from 'vitest';
import { SENDER_LISTS_SETTING } from '../../../core/trust/lists.ts';
import { ingestWorld } from '../../../test/support/ingest-world.worker.ts';
import { buildMail, type MailOptions } from '../../../test/support/mail.ts';

const ID = 'mx.waypost.local';

async function world(zone = {}) {
  const w = await ingestWorld(['ann'], zone);
  /** Brings a message whose platform results (with our authserv-id) stand on top of it, and gives where it went. */
  async function bring(
    options: MailOptions & { results?: string; mailFrom?: string; submitted?: true } = {},
  ) {
    const { results, mailFrom = 'bounce@sender.example', submitted, ...mail } = options;
    const stamped = results === undefined ? [] : [`Authentication-Results: ${ID}; ${results}`];
    const raw = buildMail({ ...mail, trace: [...stamped, ...(mail.trace ?? [])] });
    const authResults = results === undefined ? '' : `${ID}; ${results}`;
    const job = await w.store(raw, 'ann', w.services.now(), {
      mailFrom,
      authResults,
      ...(submitted === undefined ? {} : { submitted }),
    });
    expect(await w.consume([job])).toEqual({ acked: [0], retried: [] });
    const [message] = await w.box().messages([job.key.split('/').at(-1)?.replace('.eml', '') ?? '']);
    const folders = await w.box().folders();
    const role = folders.find((f) => f.folderId === message?.folderId)?.role;
    return { role, verdict: message?.verdict };
  }
  return { ...w, bring };
}

const PASS = 'spf=pass smtp.mailfrom=bounce@sender.example; dkim=pass header.d=sender.example; ';

describe('the judge of arriving mail', () => {
  it('believes the results of the platform and asks nothing of the DNS', async () => {
    const { bring, dns } = await world();
    const { role, verdict } = await bring({
      results: `${PASS}dmarc=pass header.from=sender.example policy.dmarc=reject`,
    });
    expect(role).toBe('inbox');
    expect(verdict).toMatchObject({
      source: 'platform',
      ...{ spf: 'pass', dkim: 'pass', dmarc: 'pass', arc: 'none' },
      fromDomain: 'sender.example',
      policy: 'reject',
      disposition: 'inbox',
      reasons: [],
    });
    expect(dns.asked).toEqual([]);
  });

  it.each(['quarantine', 'reject'])('puts what fails DMARC with p=%s into Junk', async (policy) => {
    const { bring } = await world();
    const { role, verdict } = await bring({
      results: `spf=fail smtp.mailfrom=a@sender.example; dkim=none; dmarc=fail header.from=sender.example policy.dmarc=${policy}`,
    });
    expect(role).toBe('junk');
    expect(verdict).toMatchObject({ disposition: 'junk', reasons: [`dmarc=fail p=${policy}`] });
  });

  it('leaves in the Inbox what fails DMARC of a domain that asks for nothing', async () => {
    const { bring } = await world();
    const { role, verdict } = await bring({
      results: 'spf=none; dkim=none; dmarc=fail header.from=sender.example policy.dmarc=none',
    });
    expect([role, verdict?.reasons]).toEqual(['inbox', ['dmarc=fail p=none']]);
  });

  it('does not judge what a signed-in user wrote', async () => {
    const { bring, dns } = await world();
    const { role, verdict } = await bring({ submitted: true, from: 'x <x@blocked.example>' });
    expect([role, verdict?.source, verdict?.spf]).toEqual(['inbox', 'submitted', 'none']);
    expect(dns.asked).toEqual([]);
  });

  it('keeps mail when the DNS gives no answer, and says so', async () => {
    const { bring } = await world({ '_dmarc.sender.example': 'fails' });
    const { role, verdict } = await bring({});
    expect([role, verdict?.source, verdict?.dmarc]).toEqual(['inbox', 'checked', 'temperror']);
  });

  it('blocks senders of the lists of user and tenant, whatever else is known', async () => {
    const { bring, box, services } = await world();
    await box().putSetting(SENDER_LISTS_SETTING, { allow: [], block: ['@shop.example'] });
    await services.directory.putTenantSetting('t1', SENDER_LISTS_SETTING, { block: ['ads@sender.example'] });
    const one = await bring({ from: 'Shop <news@deals.shop.example>', results: PASS });
    expect([one.role, one.verdict?.reasons]).toEqual(['junk', ['blocked by user: @shop.example']]);
    const two = await bring({ from: 'ADS@sender.example', results: PASS });
    expect([two.role, two.verdict?.reasons]).toEqual(['junk', ['blocked by tenant: ads@sender.example']]);
    const returned = await bring({ mailFrom: 'x@shop.example', results: PASS });
    expect(returned.role).toBe('junk');
  });

  it('allows a friend, but not who only says to be that friend (A25)', async () => {
    const { bring, box } = await world();
    await box().putSetting(SENDER_LISTS_SETTING, { allow: ['friend@sender.example'], block: [] });
    const spam = { from: 'friend@sender.example', messageId: null, subject: 'WINNER OF $500 TODAY' };
    const attachments = [{ name: 'a.exe', content: 'x' }];
    const known = await bring({
      ...spam,
      attachments,
      results: `${PASS}dmarc=pass header.from=sender.example`,
    });
    expect([known.role, known.verdict?.reasons]).toEqual([
      'inbox',
      ['allowed by user: friend@sender.example (dmarc=pass)'],
    ]);
    const forged = await bring({
      ...spam,
      text: 'Another one.',
      attachments,
      results:
        'spf=pass smtp.mailfrom=x@evil.example; dkim=pass header.d=evil.example; dmarc=fail header.from=sender.example policy.dmarc=quarantine',
    });
    expect([forged.role, forged.verdict?.reasons]).toEqual([
      'junk',
      ['allowed by user: friend@sender.example, but nothing proves the sender', 'dmarc=fail p=quarantine'],
    ]);
  });

  it('believes no results that the sender wrote below its own fields (A25)', async () => {
    const { bring } = await world();
    const forged = `Authentication-Results: ${ID}; dmarc=pass header.from=sender.example`;
    const { verdict } = await bring({ trace: ['X-First: 1', forged] });
    expect(verdict).toMatchObject({ source: 'checked', dmarc: 'none', dkim: 'none', spf: 'none' });
  });

  it('puts mail of several authors into Junk', async () => {
    const { bring } = await world();
    const results = `${PASS}dmarc=pass header.from=evil.example`;
    const one = await bring({ from: 'a@bank.example, b@evil.example', results });
    expect([one.role, one.verdict?.dmarc]).toEqual(['junk', 'permerror']);
    const two = await bring({ from: 'a@bank.example', headers: ['From: b@evil.example'], results });
    expect([two.role, two.verdict?.fromDomain]).toEqual(['junk', '']);
  });
});
