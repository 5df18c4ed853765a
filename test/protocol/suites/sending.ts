import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { startServer } from '../../support/server.ts';
import { bodyOf, Phone } from '../phone.ts';
import { type SendCommand, sendingKit } from '../sending-kit.ts';

/** SendMail over ActiveSync, on one of the stores. */
export function sendingSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());
  const { newPhone, list, inbox, sent, rawOf, clientId, encode, plain, request, save, post, subjects } =
    sendingKit(() => server);

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
      ['no message (S21_TC08)', '103', () => []],
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

  test('people who were written to are offered by their address afterwards', async () => {
    const [ann, bob] = [await newPhone(), await newPhone()];
    await post(ann, 'SendMail', request('SendMail', plain(ann, `Bob Example <${bob.address}>`, 'Known')));
    const found = await list(ann, '19');
    expect(found.map((f) => children(f.data, 'Contacts:Email1Address').map((e) => e.text))).toEqual([
      [expect.stringContaining(bob.address)],
    ]);
  });
}
