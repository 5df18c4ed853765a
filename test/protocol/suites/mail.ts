import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf } from '../../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { bodyOf, bodyPreference, Phone } from '../phone.ts';

/** Mail over ActiveSync, on one of the stores. */
export function mailSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startWaypost({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(): Promise<Phone> {
    const address = `user${++users}@mail.test`;
    await server.addUser(address, 'a-password');
    return new Phone(server, address, 'a-password').start();
  }

  async function deliver(phone: Phone, raw: Uint8Array): Promise<void> {
    const { outcome } = await server.email('sender@sender.example', phone.address, raw);
    expect(outcome).toBe('ok');
  }

  const HTML = `<html><body><p>Grüße aus <b>Köln</b></p>${'<p>more and more text</p>'.repeat(100)}</body></html>`;

  describe('a delivered message', () => {
    test('comes with its properties and its body in a Sync (MSASAIRS_S02_TC10)', async () => {
      const phone = await newPhone();
      await deliver(
        phone,
        buildMail({
          from: '"Grace, H." <grace@sender.example>',
          to: phone.address,
          cc: 'copy@sender.example',
          subject: 'Re: 会議の件 🚀',
          text: 'Καλημέρα κόσμε\r\n',
          headers: ['Importance: high'],
        }),
      );
      const [mail] = await phone.receive(1);
      const data = mail?.data;
      expect(textOf(data, 'Email:Subject')).toBe('Re: 会議の件 🚀');
      expect(textOf(data, 'Email:ThreadTopic')).toBe('会議の件 🚀');
      expect(textOf(data, 'Email:From')).toBe('"Grace, H." <grace@sender.example>');
      expect(textOf(data, 'Email:To')).toBe(phone.address);
      expect(textOf(data, 'Email:Cc')).toBe('copy@sender.example');
      expect(textOf(data, 'Email:Read')).toBe('0');
      expect(textOf(data, 'Email:Importance')).toBe('2');
      expect(textOf(data, 'Email:MessageClass')).toBe('IPM.Note');
      expect(textOf(data, 'Email:InternetCPID')).toBe('65001');
      expect(Math.abs(Date.parse(textOf(data, 'Email:DateReceived') ?? '') - Date.now())).toBeLessThan(
        60_000,
      );
      expect(bodyOf(data)).toMatchObject({ type: '1', truncated: false });
      expect(bodyOf(data).text?.trim()).toBe('Καλημέρα κόσμε');
      expect(child(data, 'Email2:ConversationId')?.opaque).toHaveLength(16);
      expect(child(data, 'Email2:ConversationIndex')?.opaque).toHaveLength(5);
    });

    test('and its reply share a conversation', async () => {
      const phone = await newPhone();
      await deliver(phone, buildMail({ messageId: '<root@x.example>', subject: 'Plan' }));
      await deliver(
        phone,
        buildMail({ subject: 'Re: Plan', inReplyTo: '<root@x.example>', references: ['<root@x.example>'] }),
      );
      await deliver(phone, buildMail({ subject: 'Another matter' }));
      const items = await phone.receive(3);
      const id = (subject: string) =>
        Buffer.from(
          child(items.find((i) => textOf(i.data, 'Email:Subject') === subject)?.data, 'Email2:ConversationId')
            ?.opaque ?? [],
        ).toString('hex');
      expect(id('Re: Plan')).toBe(id('Plan'));
      expect(id('Another matter')).not.toBe(id('Plan'));
    });

    test('is told in 12.1 without the elements of later versions', async () => {
      const phone = await newPhone();
      phone.version = '12.1';
      await deliver(phone, buildMail({ text: 'old phone' }));
      const [mail] = await phone.receive(1);
      expect(mail?.data?.children.some((c) => c.tag.startsWith('Email2:'))).toBe(false);
      expect(bodyOf(mail?.data).text?.trim()).toBe('old phone');
    });
  });

  describe('BodyPreference (MS-ASAIRS 2.2.2.12)', () => {
    async function received(
      options: Parameters<typeof buildMail>[0],
      ...body: ReturnType<typeof bodyPreference>[]
    ) {
      const phone = await newPhone();
      await deliver(phone, buildMail(options));
      const [mail] = await phone.receive(1, { body });
      return { phone, mail, body: bodyOf(mail?.data) };
    }

    test('type 2 brings the HTML as it was written, whole', async () => {
      const { body } = await received({ text: 'plain', html: HTML }, bodyPreference(2));
      expect(body).toMatchObject({ type: '2', truncated: false, size: Buffer.byteLength(HTML) });
      expect(body.text).toBe(HTML);
    });

    test('type 1 of a message with only HTML brings its words', async () => {
      const { body } = await received({ html: HTML }, bodyPreference(1, 100));
      expect(body.type).toBe('1');
      expect(body.text).toContain('Grüße aus Köln');
      expect(body.text).not.toContain('<');
      expect(Buffer.byteLength(body.text ?? '')).toBeLessThanOrEqual(100);
      expect(body.truncated).toBe(true);
      expect(body.size).toBeGreaterThan(1000);
    });

    test('type 2 of a message without HTML brings its text as HTML', async () => {
      const { body } = await received({ text: 'a < b & c\r\nnext' }, bodyPreference(2));
      expect(body.type).toBe('2');
      expect(body.text).toContain('a &lt; b &amp; c');
    });

    test('truncation never cuts a character in half', async () => {
      for (const size of [10, 11, 12, 13, 2000, 2001]) {
        const { body } = await received({ text: '日本語🚀'.repeat(500) }, bodyPreference(1, size));
        expect(Buffer.byteLength(body.text ?? '')).toBeLessThanOrEqual(size);
        expect(body.text).not.toContain('\ufffd');
        expect(body.truncated).toBe(true);
      }
    });

    test('AllOrNone withholds what would be cut, and tries the next preference', async () => {
      const all = el('AirSyncBase:AllOrNone', 1);
      const withheld = await received({ html: HTML }, bodyPreference(2, 50, all));
      expect(withheld.body).toMatchObject({ type: '2', text: undefined, truncated: true });
      const second = await received(
        { text: 'short', html: HTML },
        bodyPreference(2, 50, all),
        bodyPreference(1, 50, all),
      );
      expect(second.body).toMatchObject({ type: '1', truncated: false });
    });

    test('Preview brings the first words in plain text', async () => {
      const { body } = await received({ html: HTML }, bodyPreference(2, 1, el('AirSyncBase:Preview', 12)));
      expect(body.preview).toBe('Grüße aus Kö');
    });

    test('type 4 with MIMESupport brings the raw message, byte for byte below what was found out about it', async () => {
      const raw = buildMail({
        text: 'mime please',
        attachments: [{ name: 'a.bin', content: randomBytes(3000) }],
      });
      const phone = await newPhone();
      await deliver(phone, raw);
      const [mail] = await phone.receive(1, { body: [el('AirSync:MIMESupport', 2), bodyPreference(4)] });
      const body = bodyOf(mail?.data);
      const text = body.text ?? '';
      const found = /^Authentication-Results: [^\n]*\n(?:\t[^\n]*\n)+/.exec(text)?.[0] ?? '';
      expect(found).toContain('dkim=none');
      expect(body.type).toBe('4');
      expect(body.size).toBe(found.length + raw.length);
      expect(Buffer.from(text.slice(found.length)).equals(Buffer.from(raw))).toBe(true);
    });
  });

  describe('Read, Flag and Delete from a device', () => {
    test('are carried out and reach the other device, but not the one that made them', async () => {
      const one = await newPhone();
      const two = await new Phone(server, one.address, 'a-password').start();
      for (let i = 0; i < 3; i++) await deliver(one, buildMail({ subject: `mail ${i}` }));
      const items = await one.receive(3);
      await two.receive(3);
      const [a, b] = items;
      const change = el(
        'AirSync:Change',
        el('AirSync:ServerId', a?.serverId),
        el(
          'AirSync:ApplicationData',
          el('Email:Read', 1),
          el('Email:Flag', el('Email:Status', 2), el('Email:FlagType', 'Follow up')),
        ),
      );
      const pushed = await one.sync({
        commands: [change, el('AirSync:Delete', el('AirSync:ServerId', b?.serverId))],
      });
      expect(pushed).toMatchObject({ status: '1', adds: [], changes: [], deletes: [], responses: [] });
      expect((await one.sync()).answer.bytes).toHaveLength(0);

      const seen = await two.sync();
      expect(seen.deletes).toEqual([b?.serverId]);
      expect(seen.changes.map((c) => c.serverId)).toEqual([a?.serverId]);
      expect(textOf(seen.changes[0]?.data, 'Email:Read')).toBe('1');
      expect(textOf(child(seen.changes[0]?.data, 'Email:Flag'), 'Email:Status')).toBe('2');

      const trash = one.folders.find((f) => f.type === '4')?.id ?? '';
      const first = await one.sync({ key: '0', collectionId: trash, keep: true });
      const deleted = await one.sync({ key: first.key, collectionId: trash, keep: true });
      expect(deleted.adds.map((i) => i.serverId)).toEqual([b?.serverId]);
    });

    test('on an item of someone else is answered as if it did not exist (I22)', async () => {
      const mine = await newPhone();
      const other = await newPhone();
      await deliver(other, buildMail({}));
      const [foreign] = await other.receive(1);
      const change = (id: string | undefined) =>
        el('AirSync:Change', el('AirSync:ServerId', id), el('AirSync:ApplicationData', el('Email:Read', 1)));
      const result = await mine.sync({ commands: [change(foreign?.serverId), change('nothing')] });
      expect(result.responses.map((r) => textOf(r, 'AirSync:Status'))).toEqual(['8', '8']);
      const attachment = await mine.fetch([el('AirSyncBase:FileReference', `${foreign?.serverId}.1`)]);
      const nothing = await mine.fetch([el('AirSyncBase:FileReference', 'nothing.1')]);
      expect(textOf(attachment.fetched, 'ItemOperations:Status')).toBe(
        textOf(nothing.fetched, 'ItemOperations:Status'),
      );
      // Default folders are named alike everywhere: the name means the caller's own.
      expect(other.inbox).toBe(mine.inbox);
      expect((await mine.sync()).adds).toEqual([]);
    });
  });

  describe('SyncKeys', () => {
    test('the key before brings the same answer byte for byte; an unknown one Status 3 (I16, I17)', async () => {
      const phone = await newPhone();
      for (let i = 0; i < 5; i++) await deliver(phone, buildMail({ subject: `mail ${i}` }));
      const stats = `/users/${phone.address}/stats`;
      await expect
        .poll(async () => (await server.admin<{ messages: number }>('GET', stats)).messages)
        .toBe(5);
      const key = phone.key;
      const first = await phone.sync({ key, window: 3 });
      const again = await phone.sync({ key, window: 3 });
      expect(first.adds).toHaveLength(3);
      expect(Buffer.from(again.answer.bytes).equals(Buffer.from(first.answer.bytes))).toBe(true);
      expect((await phone.sync({ key: 'bogus', keep: true })).status).toBe('3');
      const rest = await phone.sync();
      expect(rest.adds).toHaveLength(2);
      expect(rest.more).toBe(false);
    });

    test('survive the eviction of the object', async () => {
      const phone = await newPhone();
      const users = await server.admin<{ items: { address: string; userId: string; tenantId: string }[] }>(
        'GET',
        '/users?limit=200',
      );
      const user = users.items.find((u) => u.address === phone.address);
      await deliver(phone, buildMail({}));
      await phone.receive(1);
      await server.evict('DEVICE', `${user?.tenantId}/${user?.userId}/${phone.deviceId}`);
      expect((await phone.sync()).answer.bytes).toHaveLength(0);
      await deliver(phone, buildMail({}));
      expect(await phone.receive(1)).toHaveLength(1);
    });

    test('GetItemEstimate agrees with what comes', async () => {
      const phone = await newPhone();
      for (let i = 0; i < 4; i++) await deliver(phone, buildMail({}));
      const estimate = async () => {
        const { root } = await phone.post(
          'GetItemEstimate',
          el(
            'GetItemEstimate:GetItemEstimate',
            el(
              'GetItemEstimate:Collections',
              el(
                'GetItemEstimate:Collection',
                el('AirSync:SyncKey', phone.key),
                el('GetItemEstimate:CollectionId', phone.inbox),
                el('AirSync:Options', el('AirSync:FilterType', 0)),
              ),
            ),
          ),
        );
        const response = child(root ?? undefined, 'GetItemEstimate:Response');
        return textOf(child(response, 'GetItemEstimate:Collection'), 'GetItemEstimate:Estimate');
      };
      await expect.poll(estimate, { timeout: 60_000 }).toBe('4');
      await phone.receive(4);
      expect(await estimate()).toBe('0');
    });
  });

  describe('ItemOperations Fetch', () => {
    const content = randomBytes(20_000);
    const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

    async function withAttachment() {
      const phone = await newPhone();
      await deliver(
        phone,
        buildMail({
          text: 'see attachment',
          html: '<p>see <img src="cid:pic@x"></p>',
          attachments: [
            { name: 'répörtage.pdf', type: 'application/pdf', content },
            { name: 'pic.png', type: 'image/png', content: randomBytes(500), contentId: 'pic@x' },
          ],
        }),
      );
      const [mail] = await phone.receive(1);
      const list = children(child(mail?.data, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment');
      return { phone, mail, list };
    }

    test('lists attachments with name, exact size and whether they are inline, and brings their bytes', async () => {
      const { phone, list } = await withAttachment();
      expect(list.map((a) => textOf(a, 'AirSyncBase:DisplayName'))).toEqual(['répörtage.pdf', 'pic.png']);
      expect(textOf(list[0], 'AirSyncBase:EstimatedDataSize')).toBe('20000');
      expect(textOf(list[1], 'AirSyncBase:IsInline')).toBe('1');
      expect(textOf(list[1], 'AirSyncBase:ContentId')).toBe('pic@x');
      const { fetched } = await phone.fetch([
        el('AirSyncBase:FileReference', textOf(list[0], 'AirSyncBase:FileReference')),
      ]);
      const properties = child(fetched, 'ItemOperations:Properties');
      expect(textOf(properties, 'AirSyncBase:ContentType')).toBe('application/pdf');
      expect(child(properties, 'ItemOperations:Range')).toBeUndefined();
      expect(sha(Buffer.from(textOf(properties, 'ItemOperations:Data') ?? '', 'base64'))).toBe(sha(content));
    });

    test('brings a range of an attachment, and refuses one outside it', async () => {
      const { phone, list } = await withAttachment();
      const reference = el('AirSyncBase:FileReference', textOf(list[0], 'AirSyncBase:FileReference'));
      const range = (text: string) =>
        phone.fetch([reference, el('ItemOperations:Options', el('ItemOperations:Range', text))]);
      const properties = child((await range('1000-1999')).fetched, 'ItemOperations:Properties');
      expect(textOf(properties, 'ItemOperations:Range')).toBe('1000-1999');
      expect(textOf(properties, 'ItemOperations:Total')).toBe('20000');
      const data = Buffer.from(textOf(properties, 'ItemOperations:Data') ?? '', 'base64');
      expect(data.equals(content.subarray(1000, 2000))).toBe(true);
      for (const bad of ['20000-20001', '5-1']) {
        expect(textOf((await range(bad)).fetched, 'ItemOperations:Status'), bad).toBe('8');
      }
    });

    test('brings bodies and attachments as parts of a multipart answer', async () => {
      const { phone, mail, list } = await withAttachment();
      const answer = await phone.post(
        'ItemOperations',
        el(
          'ItemOperations:ItemOperations',
          el(
            'ItemOperations:Fetch',
            el('ItemOperations:Store', 'Mailbox'),
            el('AirSyncBase:FileReference', textOf(list[0], 'AirSyncBase:FileReference')),
          ),
          el(
            'ItemOperations:Fetch',
            el('ItemOperations:Store', 'Mailbox'),
            el('AirSync:CollectionId', phone.inbox),
            el('AirSync:ServerId', mail?.serverId),
            el('ItemOperations:Options', bodyPreference(2)),
          ),
        ),
        { 'ms-asacceptmultipart': 'T' },
      );
      expect(answer.headers.get('content-type')).toBe('application/vnd.ms-sync.multipart');
      const view = new DataView(answer.bytes.buffer);
      expect(view.getUint32(0, true)).toBe(3);
      const part = (n: number) => {
        const at = view.getUint32(4 + n * 8, true);
        return answer.bytes.subarray(at, at + view.getUint32(8 + n * 8, true));
      };
      expect(sha(part(1))).toBe(sha(content));
      expect(new TextDecoder().decode(part(2))).toContain('<img src="cid:pic@x">');
    });

    test.each([
      ['an unknown item', [el('AirSync:CollectionId', 'x'), el('AirSync:ServerId', 'nothing')], '6'],
      ['an unknown attachment', [el('AirSyncBase:FileReference', '../../etc/passwd')], '15'],
    ])('of %s has its status', async (_name, parts, status) => {
      const phone = await newPhone();
      expect(textOf((await phone.fetch(parts)).fetched, 'ItemOperations:Status')).toBe(status);
    });
  });
}
