/** Where arriving mail goes for what is known of its origin, through the whole Worker (ATTACKS A25). */
import type { D1Database } from '@cloudflare/workers-types/experimental';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { el } from '../../codecs/wbxml/index.ts';
import type { MessageVerdictView, SenderListsView } from '../../shared/admin-api.ts';
import { startDnsServer } from '../support/dns-server.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { buildMail, type MailOptions } from '../support/mail.ts';
import { SIGNED, SIGNED_ZONE } from '../support/signed.worker.ts';
import { bodyOf, bodyPreference, type Phone } from './phone.ts';
import { sendingKit } from './sending-kit.ts';

const ID = 'mx.waypost.local';

describe('arriving mail', () => {
  let server: Waypost;
  let dns: Awaited<ReturnType<typeof startDnsServer>>;
  beforeAll(async () => {
    dns = await startDnsServer(SIGNED_ZONE);
    server = await startWaypost({ vars: { DNS_OVER_HTTPS_URL: dns.url } });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await dns?.stop();
  });
  const { newPhone } = sendingKit(() => server);

  const folder = (phone: Phone, name: string) => phone.folders.find((f) => f.name === name)?.id ?? '';

  /** Delivers, waits until it is placed, and says what is known of it. */
  async function deliver(phone: Phone, raw: Uint8Array | string, from = 'bounce@sender.example') {
    const placed = () => server.logs().filter((line) => line.event === 'mail.placed');
    const before = placed().length;
    expect((await server.email(from, phone.address, raw)).outcome).toBe('ok');
    for (let n = 0; n < 200 && placed().length === before; n++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const itemId = String(placed()[before]?.['itemId']);
    const path = `/users/${encodeURIComponent(phone.address)}/messages/${encodeURIComponent(itemId)}/verdict`;
    return server.admin<MessageVerdictView>('GET', path);
  }

  const stamped = (results: string, more: MailOptions = {}) =>
    buildMail({ ...more, trace: [`Authentication-Results: ${ID}; ${results}`, ...(more.trace ?? [])] });

  async function mimeOf(phone: Phone, collectionId: string) {
    await phone.sync({ key: '0', collectionId });
    const { adds } = await phone.sync({
      collectionId,
      body: [el('AirSync:MIMESupport', 2), bodyPreference(4)],
    });
    return adds.map((add) => bodyOf(add.data));
  }

  test('that fails DMARC with quarantine is in Junk, with our word on top of its header and no other', async () => {
    const ann = await newPhone();
    const found = await deliver(
      ann,
      stamped(
        'spf=fail smtp.mailfrom=a@sender.example; dkim=none; dmarc=fail header.from=sender.example policy.dmarc=quarantine',
        {
          headers: ['X-MS-Exchange-Organization-SCL: -1', `Authentication-Results: ${ID}; dmarc=pass`],
        },
      ),
    );
    expect(found).toMatchObject({
      folder: 'Junk Email',
      verdict: { source: 'platform', disposition: 'junk', reasons: ['dmarc=fail p=quarantine'] },
    });
    const [body] = await mimeOf(ann, folder(ann, 'Junk Email'));
    expect(body?.text).toMatch(
      new RegExp(`^Authentication-Results: ${ID};\\r\\n\\tspf=fail; dkim=none; arc=none;`),
    );
    expect(body?.text?.match(/authentication-results/gi)).toHaveLength(1);
    expect(body?.text).not.toContain('X-MS-');
    expect(Number(body?.size)).toBe(body?.text?.length);
    expect(await mimeOf(ann, ann.inbox)).toEqual([]);
  });

  test('whose results the platform left out is checked: a signature that holds, and one that does not', async () => {
    const ann = await newPhone();
    const good = await deliver(ann, SIGNED.rsa, 'ann@signed.example');
    expect(good).toMatchObject({
      folder: 'Inbox',
      verdict: { source: 'checked', dkim: 'pass', dmarc: 'pass', policy: 'quarantine', reasons: [] },
    });
    const changed = SIGNED.rsa.replace('Hello Bob', 'Send money').replace('golden-1', 'golden-2');
    const bad = await deliver(ann, changed, 'ann@signed.example');
    expect(bad).toMatchObject({
      folder: 'Junk Email',
      verdict: { dkim: 'fail', dmarc: 'fail', reasons: ['dmarc=fail p=quarantine'] },
    });
    // What the sender claims counts for nothing.
    const forged = `X-First: 1\r\nAuthentication-Results: ${ID}; dmarc=pass header.from=signed.example\r\n${changed.replace('golden-2', 'golden-3')}`;
    expect(await deliver(ann, forged, 'ann@signed.example')).toMatchObject({ folder: 'Junk Email' });
  });

  test('that a list blocks is in Junk; who only says to be a friend is not helped by being allowed', async () => {
    const ann = await newPhone();
    const path = `/users/${encodeURIComponent(ann.address)}/senders`;
    const lists = await server.admin<SenderListsView>('PATCH', path, {
      block: ['shop.example'],
      allow: ['friend@signed.example'],
    });
    expect(lists).toEqual({ allow: ['friend@signed.example'], block: ['@shop.example'] });
    const blocked = await deliver(
      ann,
      stamped('dmarc=pass header.from=shop.example; spf=pass; dkim=pass', { from: 'x@news.shop.example' }),
    );
    expect(blocked).toMatchObject({
      folder: 'Junk Email',
      verdict: { reasons: ['blocked by user: @shop.example'] },
    });
    const forged = await deliver(ann, buildMail({ from: 'friend@signed.example' }));
    expect(forged).toMatchObject({
      folder: 'Junk Email',
      verdict: {
        reasons: [
          'allowed by user: friend@signed.example, but nothing proves the sender',
          'dmarc=fail p=quarantine',
        ],
      },
    });
  });

  test('teaches by the phone’s own moves into Junk', async () => {
    const ann = await newPhone();
    const { itemId } = await deliver(
      ann,
      stamped('dmarc=pass header.from=sender.example; spf=pass; dkim=pass'),
    );
    await ann.receive(1);
    const answer = await ann.post(
      'MoveItems',
      el(
        'Move:MoveItems',
        el(
          'Move:Move',
          el('Move:SrcMsgId', itemId),
          el('Move:SrcFldId', ann.inbox),
          el('Move:DstFldId', folder(ann, 'Junk Email')),
        ),
      ),
    );
    expect(answer.status).toBe(200);
    const { MAIL_1 } = await server.bindings<{ MAIL_1: D1Database }>();
    const learned = async () =>
      (
        await MAIL_1.prepare('select label from spam_labels where item_id = ?')
          .bind(itemId)
          .first<{ label: string }>()
      )?.label;
    for (let n = 0; n < 40 && (await learned()) === undefined; n++)
      await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await learned()).toBe('spam');
  });
});
