import { expect } from 'vitest';
import { el, textOf, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { Waypost } from '../support/harness.ts';
import { bodyOf, bodyPreference, type Item, Phone } from './phone.ts';

export type SendCommand = 'SendMail' | 'SmartReply' | 'SmartForward';

let names = 0;

/** What tests of sending do over and over: people with phones, messages, requests, and what folders hold. */
export function sendingKit(running: () => Waypost) {
  async function newPhone(version = '16.1'): Promise<Phone> {
    const address = `send${++names}@mail.test`;
    await running().addUser(address, 'a-password');
    const phone = new Phone(running(), address, 'a-password');
    phone.version = version;
    return phone.start();
  }

  function folderOf(phone: Phone, type: string): string {
    return phone.folders.find((f) => f.type === type)?.id ?? '';
  }

  /** All items of a folder, by a partnership that begins anew. */
  async function list(phone: Phone, type: string, type4 = false): Promise<Item[]> {
    const reader = new Phone(running(), phone.address, 'a-password');
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

  return {
    newPhone,
    folderOf,
    list,
    inbox,
    sent,
    rawOf,
    clientId,
    encode,
    plain,
    request,
    source,
    save,
    post,
    subjects,
  };
}
