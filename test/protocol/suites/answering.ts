import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { bodyOf, Phone } from '../phone.ts';
import { sendingKit } from '../sending-kit.ts';

/** SmartReply and SmartForward over ActiveSync, on one of the stores. */
export function answeringSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());
  const { newPhone, folderOf, inbox, sent, rawOf, encode, plain, request, source, save, post, subjects } =
    sendingKit(() => server);

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
    ])('with %s in its source is refused with %s (S17_TC04, S18_TC03, S21_TC13)', async (_what, status, nodes) => {
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
}
