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
  });
}
