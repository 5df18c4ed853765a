import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { bodyOf, bodyPreference, type Item, Phone } from '../phone.ts';

type SendCommand = 'SendMail' | 'SmartReply' | 'SmartForward';

/** SendMail, SmartReply and SmartForward over ActiveSync, on one of the stores. */
export function sendingSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startWaypost({ store });
  }, 60_000);
  afterAll(() => server?.stop());

  let names = 0;

  async function newPhone(version = '16.1'): Promise<Phone> {
    const address = `send${++names}@mail.test`;
    await server.addUser(address, 'a-password');
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    return phone.start();
  }

  function folderOf(phone: Phone, type: string): string {
    return phone.folders.find((f) => f.type === type)?.id ?? '';
  }

  /** All items of a folder, by a partnership that begins anew. */
  async function list(phone: Phone, type: string, type4 = false): Promise<Item[]> {
    const reader = new Phone(server, phone.address, 'a-password');
    await reader.folderSync();
    const collectionId = folderOf(reader, type);
    await reader.sync({ collectionId });
    const body = type4 ? [el('AirSync:MIMESupport', 2), bodyPreference(4)] : [bodyPreference(1)];
    const { adds } = await reader.sync({ collectionId, body });
    return adds;
  }

  const inbox = (phone: Phone) => list(phone, '2');
  const sent = (phone: Phone) => list(phone, '5');

  async function rawOf(phone: Phone, type: string, at = 0): Promise<string> {
    return bodyOf((await list(phone, type, true))[at]?.data).text ?? '';
  }

  let clientIds = 0;
  const clientId = () => `client-${++clientIds}`;
  const encode = (text: string) => new TextEncoder().encode(text.replace(/\r?\n/g, '\r\n'));

  function plain(phone: Phone, to: string, subject: string, text = 'Words.', more = ''): Uint8Array {
    return encode(
      `From: ${phone.address}\nTo: ${to}\n${more}Subject: ${subject}\nContent-Type: text/plain; charset="us-ascii"\nMIME-Version: 1.0\n\n${text}\n`,
    );
  }

  const request = (command: SendCommand, mime: Uint8Array | string, ...more: (WbxmlNode | null)[]) =>
    el(
      `ComposeMail:${command}`,
      ...(more.some((n) => n?.tag === 'ComposeMail:ClientId')
        ? []
        : [el('ComposeMail:ClientId', clientId())]),
      ...more,
      el('ComposeMail:Mime', mime),
    );

  const source = (itemId: string, folderId = '') =>
    el(
      'ComposeMail:Source',
      folderId === '' ? null : el('ComposeMail:FolderId', folderId),
      el('ComposeMail:ItemId', itemId),
    );
  const save = el('ComposeMail:SaveInSentItems');

  async function post(phone: Phone, command: SendCommand, body: WbxmlNode): Promise<string> {
    const answer = await phone.post(command, body);
    expect(answer.status).toBe(200);
    if (answer.bytes.length === 0) return 'sent';
    expect(answer.root?.tag).toBe(`ComposeMail:${command}`);
    expect(answer.root?.children.map((c) => c.tag)).toEqual(['ComposeMail:Status']);
    return textOf(answer.root ?? undefined, 'ComposeMail:Status') ?? '';
  }

  const subjects = (items: Item[]) => items.map((i) => textOf(i.data, 'Email:Subject'));

  describe('SendMail', () => {
    test('answers with nothing, and the message is with its recipient at once (S15_TC01)', async () => {
      const [ann, bob] = [await newPhone('14.1'), await newPhone('14.1')];
      expect(await post(ann, 'SendMail', request('SendMail', plain(ann, bob.address, 'Hello')))).toBe('sent');
      const { adds } = await bob.sync();
      expect(subjects(adds)).toEqual(['Hello']);
      expect(textOf(adds[0]?.data, 'Email:From')).toContain(ann.address);
      expect(textOf(adds[0]?.data, 'Email:Read')).toBe('0');
      expect(await sent(ann)).toEqual([]);
    });

    test('keeps one copy in Sent Items, read, when asked to (I23)', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const mime = plain(ann, bob.address, 'Kept', 'Words.', 'Bcc: secret@mail.test\n');
      expect(await post(ann, 'SendMail', request('SendMail', mime, save))).toBe('sent');
      const copies = await sent(ann);
      expect(subjects(copies)).toEqual(['Kept']);
      expect(textOf(copies[0]?.data, 'Email:Read')).toBe('1');
      expect(await rawOf(ann, '5')).toMatch(/^bcc: secret@mail\.test/im);
      expect(await rawOf(bob, '2')).not.toMatch(/bcc|secret/i);
    });

    test('a message to oneself is in the Inbox and in Sent Items', async () => {
      const ann = await newPhone();
      await post(ann, 'SendMail', request('SendMail', plain(ann, ann.address, 'Self'), save));
      expect(subjects(await inbox(ann))).toEqual(['Self']);
      expect(subjects(await sent(ann))).toEqual(['Self']);
    });

    test('the same ClientId is sent once, and told so (S21_TC06, I16)', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const body = request('SendMail', plain(ann, bob.address, 'Once'), save);
      expect(await post(ann, 'SendMail', body)).toBe('sent');
      expect(await post(ann, 'SendMail', body)).toBe('118');
      expect(subjects(await inbox(bob))).toEqual(['Once']);
      expect(subjects(await sent(ann))).toEqual(['Once']);
      // Another device of the same user counts by itself.
      const other = new Phone(server, ann.address, 'a-password');
      expect(await post(other, 'SendMail', body)).toBe('sent');
    });

    test('the same ClientId sent many times at once arrives once (I16)', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const body = request('SendMail', plain(ann, bob.address, 'Race'), save);
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(ann, 'SendMail', body)));
      expect(answers.filter((a) => a === 'sent')).toHaveLength(1);
      expect(answers.filter((a) => a === '118')).toHaveLength(4);
      expect(subjects(await inbox(bob))).toEqual(['Race']);
      expect(subjects(await sent(ann))).toEqual(['Race']);
    });

    test('wakes a Ping of its recipient', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const waiting = bob.ping(60);
      await new Promise((r) => setTimeout(r, 500));
      await post(ann, 'SendMail', request('SendMail', plain(ann, bob.address, 'Wake')));
      expect(await waiting).toEqual({ status: '2', folders: [bob.inbox] });
    });

    test('a blind-copy recipient is told of being one, the others are not told (I24)', async () => {
      const [ann, bob, cid] = [await newPhone(), await newPhone(), await newPhone()];
      const mime = plain(ann, bob.address, 'Blind', 'Words.', `BCC : ${cid.address},\n ${ann.address}\n`);
      expect(await post(ann, 'SendMail', request('SendMail', mime))).toBe('sent');
      expect(textOf((await inbox(cid))[0]?.data, 'Email2:ReceivedAsBcc')).toBe('1');
      expect(child((await inbox(bob))[0]?.data, 'Email2:ReceivedAsBcc')).toBeUndefined();
      for (const phone of [ann, bob, cid]) expect(await rawOf(phone, '2')).not.toMatch(/bcc/i);
    });

    test('From is the sender, by any of their addresses, or nothing is sent (I24)', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const forged = request('SendMail', plain(bob, bob.address, 'Forged'), save);
      expect(await post(ann, 'SendMail', forged)).toBe('120');
      const two = encode(`From: ${ann.address}, ${bob.address}\nTo: ${bob.address}\n\nx\n`);
      expect(await post(ann, 'SendMail', request('SendMail', two))).toBe('120');
      const twice = encode(`From: ${ann.address}\nFrom: ${bob.address}\nTo: ${bob.address}\n\nx\n`);
      expect(await post(ann, 'SendMail', request('SendMail', twice))).toBe('107');
      const none = encode(`To: ${bob.address}\nSender: ${bob.address}\nSubject: Filled\n\nx\n`);
      expect(await post(ann, 'SendMail', request('SendMail', none))).toBe('sent');
      const items = await inbox(bob);
      expect(subjects(items)).toEqual(['Filled']);
      expect(textOf(items[0]?.data, 'Email:From')).toContain(ann.address);
      const raw = await rawOf(bob, '2');
      expect(raw).toMatch(/^Date: /m);
      expect(raw).toMatch(/^Message-ID: <.+@mail\.test>/m);
      expect(raw).not.toMatch(/^Sender/m);
      expect(await sent(ann)).toEqual([]);
      await server.admin('POST', '/aliases', { address: ann.address, alias: `alias-${ann.address}` });
      const alias = encode(`From: A <ALIAS-${ann.address}>\nTo: ${bob.address}\nSubject: Alias\n\nx\n`);
      expect(await post(ann, 'SendMail', request('SendMail', alias))).toBe('sent');
      expect(subjects(await inbox(bob)).sort()).toEqual(['Alias', 'Filled']);
    });

    test('lines end in CRLF when they are delivered, whatever the client wrote (I24)', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const mime = new TextEncoder().encode(`To: ${bob.address}\nSubject: LF\n\none\rtwo\nthree`);
      expect(await post(ann, 'SendMail', request('SendMail', mime))).toBe('sent');
      const [mail] = await list(bob, '2', true);
      const data = bodyOf(mail?.data).text ?? '';
      expect(data).toMatch(/\r\n\r\none\r\ntwo\r\nthree$/);
    });

    test.each([
      [
        'an unknown account',
        '166',
        (m: Uint8Array) => [el('ComposeMail:AccountId', 'nobody'), el('ComposeMail:Mime', m)],
      ],
      [
        'a rights template',
        '171',
        (m: Uint8Array) => [el('ComposeMail:Mime', m), el('RightsManagement:TemplateID', 't')],
      ],
      ['no message', '103', () => []],
      ['an empty message', '107', () => [el('ComposeMail:Mime', '')]],
      ['something that is no message', '107', () => [el('ComposeMail:Mime', 'words, just words')]],
    ])('%s is refused with %s (S15_TC02, S21_TC01)', async (_what, status, nodes) => {
      const ann = await newPhone('14.1');
      const body = el(
        'ComposeMail:SendMail',
        el('ComposeMail:ClientId', clientId()),
        nodes(plain(ann, ann.address, 's')),
      );
      expect(await post(ann, 'SendMail', body)).toBe(status);
      expect(await inbox(ann)).toEqual([]);
    });

    test.each(['', 'x'.repeat(41)])('a ClientId of %j is none', async (id) => {
      const ann = await newPhone();
      const mime = plain(ann, ann.address, 's');
      expect(await post(ann, 'SendMail', request('SendMail', mime, el('ComposeMail:ClientId', id)))).toBe(
        '103',
      );
    });

    test('a message to nobody is refused (S21_TC09)', async () => {
      const ann = await newPhone('14.1');
      expect(await post(ann, 'SendMail', request('SendMail', plain(ann, '', 'Nobody'), save))).toBe('119');
      expect(await sent(ann)).toEqual([]);
    });

    test('what cannot be delivered comes back as a report (MSASEMAIL_S01_TC18)', async () => {
      const [ann, bob] = [await newPhone('14.1'), await newPhone()];
      const to = `nobody@mail.test, ${bob.address}, far@away.example`;
      const mime = plain(ann, to, 'Lost Řeka', 'Words.', 'Bcc: hidden@mail.test\n');
      expect(await post(ann, 'SendMail', request('SendMail', mime, save))).toBe('sent');
      expect(await inbox(bob)).toHaveLength(1);
      const [report, ...others] = await inbox(ann);
      expect(others).toEqual([]);
      expect(textOf(report?.data, 'Email:Subject')).toBe('Undeliverable: Lost Řeka');
      expect(textOf(report?.data, 'Email:MessageClass')).toBe('REPORT.IPM.Note.NDR');
      expect(textOf(report?.data, 'Email:From')).toContain('postmaster@mail.test');
      const raw = await rawOf(ann, '2');
      expect(raw).toMatch(
        /^Final-Recipient: rfc822; nobody@mail\.test\r\nAction: failed\r\nStatus: 5\.1\.1/m,
      );
      expect(raw).toMatch(
        /^Final-Recipient: rfc822; far@away\.example\r\nAction: failed\r\nStatus: 5\.4\.4/m,
      );
      expect(raw).toMatch(/^Final-Recipient: rfc822; hidden@mail\.test/m);
      expect(raw).not.toMatch(/^bcc/im);
      expect(await sent(ann)).toHaveLength(1);
    });

    test('a mailbox that is switched off or full takes nothing, and the sender hears of it', async () => {
      const [ann, off, full] = [await newPhone(), await newPhone(), await newPhone()];
      await server.admin('PUT', `/users/${off.address}/status`, { status: 'noMail' });
      await server.admin('PUT', `/users/${full.address}/quota`, { quotaBytes: 1 });
      await post(ann, 'SendMail', request('SendMail', plain(ann, `${off.address}, ${full.address}`, 'Shut')));
      const raw = await rawOf(ann, '2');
      expect(raw).toMatch(/Status: 5\.2\.1[\s\S]*Status: 5\.2\.2/);
      expect(await inbox(off)).toEqual([]);
      expect(await inbox(full)).toEqual([]);
    });

    test('a message of some megabytes arrives as it was sent', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const content = 'line of words\r\n'.repeat(200_000);
      expect(
        await post(ann, 'SendMail', request('SendMail', plain(ann, bob.address, 'Big', content), save)),
      ).toBe('sent');
      expect((await inbox(bob)).map((i) => bodyOf(i.data).size)).toEqual([content.length + 2]);
      expect(await sent(ann)).toHaveLength(1);
    });
  });

  describe('before 14.0', () => {
    const headers = { 'content-type': 'message/rfc822' };
    async function send12(phone: Phone, command: SendCommand, mime: Uint8Array, more: string) {
      const search = `?Cmd=${command}&User=${phone.address}&DeviceId=${phone.deviceId}&DeviceType=T${more}`;
      return phone.post(command, mime, headers, search);
    }

    test('the message is the body, and the query says the rest (MSASHTTP_S01_TC06, TC08)', async () => {
      const [ann, bob] = [await newPhone('12.1'), await newPhone('12.1')];
      const first = await send12(ann, 'SendMail', plain(ann, bob.address, 'Old'), '&SaveInSent=T');
      expect([first.status, first.bytes.length]).toEqual([200, 0]);
      expect(subjects(await sent(ann))).toEqual(['Old']);
      const [mail] = await inbox(bob);
      const source = `&CollectionId=${bob.inbox}&ItemId=${mail?.serverId}&SaveInSent=F`;
      expect((await send12(bob, 'SmartForward', plain(bob, ann.address, 'FW: Old'), source)).status).toBe(
        200,
      );
      const longId = `&LongId=${mail?.serverId}`;
      expect((await send12(bob, 'SmartReply', plain(bob, ann.address, 'Re: Old'), longId)).status).toBe(200);
      const got = await inbox(ann);
      expect(subjects(got).sort()).toEqual(['FW: Old', 'Re: Old']);
      for (const item of got) expect(bodyOf(item.data).text).toContain('Subject: Old');
      expect(await sent(bob)).toEqual([]);
    });

    test('the same by the base64 query (MSASHTTP_S01_TC05, TC07)', async () => {
      const [ann, bob] = [await newPhone('12.1'), await newPhone('12.1')];
      const post64 = (
        phone: Phone,
        code: number,
        mime: Uint8Array,
        parameters: [number, string | number][],
      ) => {
        const counted = (text: string) => [text.length, ...Array.from(text, (c) => c.charCodeAt(0))];
        const fields = parameters.flatMap(([tag, value]) => [
          tag,
          ...(typeof value === 'number' ? [1, value] : counted(value)),
        ]);
        const query = [121, code, 9, 4, ...counted(phone.deviceId), 0, ...counted('T'), ...fields];
        return phone.post('', mime, headers, `?${encodeURIComponent(btoa(String.fromCharCode(...query)))}`);
      };
      expect((await post64(ann, 1, plain(ann, bob.address, 'Coded'), [[7, 1]])).status).toBe(200);
      expect(subjects(await sent(ann))).toEqual(['Coded']);
      const [mail] = await inbox(bob);
      const id = mail?.serverId ?? '';
      const forward = await post64(bob, 2, plain(bob, ann.address, 'FW'), [
        [1, bob.inbox],
        [3, id],
        [7, 1],
      ]);
      expect(forward.status).toBe(200);
      expect(
        (
          await post64(bob, 3, plain(bob, ann.address, 'RE'), [
            [4, id],
            [7, 0],
          ])
        ).status,
      ).toBe(200);
      expect(subjects(await inbox(ann)).sort()).toEqual(['FW', 'RE']);
      expect(subjects(await sent(bob))).toEqual(['FW']);
    });

    test('a failure is an HTTP status, and a repeated message with a Message-ID is sent once', async () => {
      const [ann, bob] = [await newPhone('12.1'), await newPhone('12.1')];
      expect((await send12(ann, 'SendMail', plain(ann, '', 's'), '')).status).toBe(400);
      expect((await send12(ann, 'SendMail', plain(bob, bob.address, 's'), '')).status).toBe(500);
      expect((await send12(ann, 'SmartReply', plain(ann, bob.address, 's'), '&ItemId=nothing')).status).toBe(
        400,
      );
      const mime = plain(ann, bob.address, 'Again', 'x', 'Message-ID: <again@mail.test>\n');
      for (const _ of [1, 2]) expect((await send12(ann, 'SendMail', mime, '')).status).toBe(200);
      expect(subjects(await inbox(bob))).toEqual(['Again']);
    });
  });

  /** Bob has a mail of Ann's. */
  async function exchange(version = '16.1', raw?: (ann: Phone, bob: Phone) => Uint8Array) {
    const [ann, bob, cid] = [await newPhone(version), await newPhone(version), await newPhone(version)];
    const mime = raw?.(ann, bob) ?? plain(ann, `${bob.address}, ${cid.address}`, 'Plan', 'Original words.');
    expect(await post(ann, 'SendMail', request('SendMail', mime))).toBe('sent');
    const [item] = await inbox(bob);
    return { ann, bob, cid, item: item?.serverId ?? '', data: item?.data };
  }

  const verbOf = async (phone: Phone) => textOf((await inbox(phone))[0]?.data, 'Email2:LastVerbExecuted');
  const indexOf = (data: WbxmlElement | undefined) =>
    child(data, 'Email2:ConversationIndex')?.opaque ?? new Uint8Array();
  const idOf = (data: WbxmlElement | undefined) => child(data, 'Email2:ConversationId')?.opaque;

  describe('SmartReply', () => {
    test('holds the original and is noted on it (S18_TC02, MSASEMAIL_S01_TC15)', async () => {
      const { ann, bob, item, data } = await exchange('14.1');
      const other = await new Phone(server, bob.address, 'a-password').start();
      await other.receive(1);
      const reply = plain(bob, ann.address, 'Re: Plan', 'My answer.');
      expect(await post(bob, 'SmartReply', request('SmartReply', reply, source(item, bob.inbox), save))).toBe(
        'sent',
      );
      const [got] = await inbox(ann);
      expect(bodyOf(got?.data).text).toMatch(
        /^My answer\.\r\n[\s\S]*Subject: Plan\r\n\r\n> Original words\.\r\n$/,
      );
      expect(indexOf(got?.data)).toHaveLength(2 * indexOf(data).length);
      expect(indexOf(got?.data).slice(0, 5)).toEqual(indexOf(data));
      const raw = await rawOf(ann, '2');
      expect(raw).toMatch(/^In-Reply-To: <.+>\r\n/m);
      expect(raw).toMatch(/^References: <.+>\r\n/m);
      expect(await verbOf(bob)).toBe('1');
      expect(subjects(await sent(bob))).toEqual(['Re: Plan']);
      // The reply is of one conversation with its original, on both sides.
      expect(idOf((await sent(bob))[0]?.data)).toEqual(idOf((await inbox(bob))[0]?.data));
      // Another device hears of it.
      const { changes } = await other.sync();
      expect(changes.map((c) => textOf(c.data, 'Email2:LastVerbExecuted'))).toEqual(['1']);
    });

    test('to more than was asked is a reply to all', async () => {
      const { ann, bob, cid, item } = await exchange();
      const reply = plain(bob, `${ann.address}, ${cid.address}`, 'Re: Plan');
      expect(await post(bob, 'SmartReply', request('SmartReply', reply, source(item)))).toBe('sent');
      expect(await verbOf(bob)).toBe('2');
    });

    test('of an edited message adds nothing to it, and still belongs to its conversation', async () => {
      const { ann, bob, item } = await exchange();
      const reply = plain(bob, ann.address, 'Re: Plan', 'Edited.');
      const body = request('SmartReply', reply, source(item), el('ComposeMail:ReplaceMime'));
      expect(await post(bob, 'SmartReply', body)).toBe('sent');
      const [got] = await inbox(ann);
      expect(bodyOf(got?.data).text).toBe('Edited.\r\n');
      expect(await rawOf(ann, '2')).toMatch(/^In-Reply-To: /m);
    });

    test.each([
      [
        'a time that is none',
        '104',
        (item: string) => [
          el('ComposeMail:ItemId', item),
          el('ComposeMail:InstanceId', '3/20/2010 10:40 PM'),
        ],
      ],
      [
        'an impossible day',
        '104',
        (item: string) => [
          el('ComposeMail:ItemId', item),
          el('ComposeMail:InstanceId', '2010-13-40T22:40:00.000Z'),
        ],
      ],
      ['no id', '103', () => []],
      ['two ids', '105', (item: string) => [el('ComposeMail:ItemId', item), el('ComposeMail:LongId', item)]],
      ['an unknown id', '150', () => [el('ComposeMail:ItemId', '5:nothing')]],
      ['a null in the id', '150', () => [el('ComposeMail:LongId', 'x\u0001y')]],
    ])('with %s in its source is refused with %s (S18_TC03, S21_TC13)', async (_what, status, nodes) => {
      const { ann, bob, item } = await exchange('14.1');
      const mime = plain(bob, ann.address, 'Re: Plan');
      const body = request('SmartReply', mime, el('ComposeMail:Source', nodes(item)), save);
      expect(await post(bob, 'SmartReply', body)).toBe(status);
      expect(await sent(bob)).toEqual([]);
      expect(await verbOf(bob)).toBeUndefined();
    });

    test('is sent once for each ClientId (I16)', async () => {
      const { ann, bob, item } = await exchange();
      const body = request('SmartReply', plain(bob, ann.address, 'Re: Plan'), source(item));
      expect(await post(bob, 'SmartReply', body)).toBe('sent');
      expect(await post(bob, 'SmartReply', body)).toBe('118');
      expect(await inbox(ann)).toHaveLength(1);
    });
  });

  describe('SmartForward', () => {
    const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256);
    const withFiles = (ann: Phone, bob: Phone) =>
      buildMail({
        from: ann.address,
        to: bob.address,
        subject: 'Files',
        html: '<p>See <img src="cid:pic@x"></p>',
        attachments: [
          { name: 'data.bin', content },
          { name: 'pic.png', type: 'image/png', content: content.slice(0, 99), contentId: 'pic@x' },
        ],
      });

    async function filesOf(phone: Phone) {
      const [item] = await inbox(phone);
      const files = child(item?.data, 'AirSyncBase:Attachments')?.children ?? [];
      const found = await Promise.all(
        files.map(async (file) => {
          const { fetched } = await phone.fetch([
            el('AirSyncBase:FileReference', textOf(file, 'AirSyncBase:FileReference') ?? ''),
          ]);
          return {
            name: textOf(file, 'AirSyncBase:DisplayName'),
            inline: textOf(file, 'AirSyncBase:IsInline') === '1',
            id: textOf(file, 'AirSyncBase:ContentId'),
            data: textOf(child(fetched, 'ItemOperations:Properties'), 'ItemOperations:Data'),
          };
        }),
      );
      return found.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
    }

    test('has text and files of the original, byte for byte (S17_TC01, MSASEMAIL_S01_TC16)', async () => {
      const { ann, bob, cid, item, data } = await exchange('16.1', withFiles);
      const html = encode(
        `To: ${cid.address}\nSubject: FW: Files\nContent-Type: text/html\n\n<body>Look</body>\n`,
      );
      expect(
        await post(bob, 'SmartForward', request('SmartForward', html, source(item, bob.inbox), save)),
      ).toBe('sent');
      const files = await filesOf(cid);
      expect(files).toEqual(await filesOf(bob));
      expect(files.map((f) => [f.name, f.inline, f.id])).toContainEqual(['pic.png', true, 'pic@x']);
      const binary = String.fromCharCode(...content);
      expect(files.find((f) => f.name === 'data.bin')?.data).toBe(btoa(binary));
      const [got] = await inbox(cid);
      expect(bodyOf(got?.data).text).toMatch(/^Look[\s\S]*Subject: Files[\s\S]*See/);
      expect(indexOf(got?.data)).toHaveLength(2 * indexOf(data).length);
      expect(await verbOf(bob)).toBe('3');
      expect(await filesOf(ann)).toEqual([]);
    });

    test('of an edited message adds nothing to it (S17_TC07)', async () => {
      const { bob, cid, item } = await exchange('14.1', withFiles);
      const mime = plain(bob, cid.address, 'FW: Files', 'All of it.');
      const body = request('SmartForward', mime, source(item), el('ComposeMail:ReplaceMime'));
      expect(await post(bob, 'SmartForward', body)).toBe('sent');
      const [got] = await inbox(cid);
      expect(bodyOf(got?.data).text).toBe('All of it.\r\n');
      expect(child(got?.data, 'AirSyncBase:Attachments')).toBeUndefined();
    });

    test('with an unknown account, or of a removed item, is refused (S17_TC02, S21_TC13)', async () => {
      const { bob, cid, item } = await exchange('14.1');
      const account = el('ComposeMail:AccountId', 'x');
      expect(await post(bob, 'SmartForward', request('SmartForward', '', source(item), account))).toBe('166');
      expect(await post(bob, 'SmartForward', request('SmartForward', '', source(item)))).toBe('107');
      await bob.receive(1);
      const remove = el('AirSync:Delete', el('AirSync:ServerId', item));
      await bob.sync({ commands: [remove] });
      const mime = plain(bob, cid.address, 'FW: Plan');
      const forward = () => post(bob, 'SmartForward', request('SmartForward', mime, source(item)));
      // Deleted Items is a folder like others: what is in it can be forwarded.
      expect(await forward()).toBe('sent');
      const trash = new Phone(server, bob.address, 'a-password');
      await trash.folderSync();
      const collectionId = folderOf(trash, '4');
      await trash.sync({ collectionId });
      await trash.sync({ collectionId });
      await trash.sync({ collectionId, commands: [remove] });
      expect(await forward()).toBe('150');
    });

    test('goes to the people that are named beside the message as well', async () => {
      const { bob, cid, item } = await exchange();
      const people = el(
        'ComposeMail:Forwardees',
        el('ComposeMail:Forwardee', el('ComposeMail:Name', 'Cid'), el('ComposeMail:Email', cid.address)),
      );
      const mime = encode('Subject: FW: Plan\n\nFor you.\n');
      expect(await post(bob, 'SmartForward', request('SmartForward', mime, source(item), people))).toBe(
        'sent',
      );
      expect(subjects(await inbox(cid))).toContain('FW: Plan');
    });

    test('keeps charsets and 8-bit files of the original', async () => {
      const raw = (ann: Phone, bob: Phone) =>
        Uint8Array.from(
          `From: ${ann.address}\r\nTo: ${bob.address}\r\nSubject: Eight\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-2\r\nContent-Transfer-Encoding: 8bit\r\n\r\nP\xf8\xedli\xb9\r\n--b\r\nContent-Type: text/csv; charset=iso-8859-2; name=a.csv\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xf8;\xb9\r\n--b--\r\n`,
          (c) => c.charCodeAt(0),
        );
      const { bob, cid, item } = await exchange('16.1', raw);
      const mime = plain(bob, cid.address, 'FW: Eight');
      expect(await post(bob, 'SmartForward', request('SmartForward', mime, source(item)))).toBe('sent');
      expect(bodyOf((await inbox(cid))[0]?.data).text).toContain('Příliš');
      expect((await filesOf(cid)).map((f) => atob(f.data ?? ''))).toEqual(['\xf8;\xb9']);
    });
  });

  test('people who were written to are offered by their address afterwards', async () => {
    const [ann, bob] = [await newPhone(), await newPhone()];
    await post(ann, 'SendMail', request('SendMail', plain(ann, `Bob Example <${bob.address}>`, 'Known')));
    const found = await list(ann, '19');
    expect(found.map((f) => children(f.data, 'Contacts:Email1Address').map((e) => e.text))).toEqual([
      [expect.stringContaining(bob.address)],
    ]);
  });
}
