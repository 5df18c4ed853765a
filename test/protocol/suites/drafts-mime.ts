import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';

const MIME = [
  'To: Bob <bob@mail.test>',
  'Subject: Whole',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Grüße',
  '--b',
  'Content-Type: application/octet-stream',
  'Content-Disposition: attachment; filename=draft.bin',
  'Content-Transfer-Encoding: base64',
  '',
  'ZHJhZnQ=',
  '--b--',
  '',
].join('\r\n');

/** Drafts that a device hands over as one whole message, on one of the stores. */
export function mimeDraftSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  let phone: Phone;
  let drafts = '';
  beforeAll(async () => {
    server = await startServer({ store });
    await server.addUser('ann@mail.test', 'a-password');
    await server.addUser('bob@mail.test', 'a-password');
  });
  afterAll(() => server?.stop());

  async function begin(): Promise<void> {
    phone = new Phone(server, 'ann@mail.test', 'a-password');
    await phone.start();
    drafts = phone.folders.find((f) => f.type === '3')?.id ?? '';
    await phone.sync({ key: '0', collectionId: drafts });
  }

  const body = (data: string | Uint8Array, type = 4) =>
    el('AirSyncBase:Body', el('AirSyncBase:Type', type), el('AirSyncBase:Data', data));

  async function add(clientId: string, data: WbxmlNode[], ...more: WbxmlNode[]): Promise<WbxmlElement> {
    const { responses } = await phone.sync({
      collectionId: drafts,
      commands: [
        el('AirSync:Add', el('AirSync:ClientId', clientId), el('AirSync:ApplicationData', data), more),
      ],
    });
    return responses[0] as WbxmlElement;
  }

  async function read(added: WbxmlElement): Promise<WbxmlElement | undefined> {
    const { fetched } = await phone.fetch([
      el('AirSync:CollectionId', drafts),
      el('AirSync:ServerId', textOf(added, 'AirSync:ServerId') ?? ''),
      el(
        'ItemOperations:Options',
        el('AirSync:MIMESupport', 2),
        el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 4)),
      ),
    ]);
    return child(fetched, 'ItemOperations:Properties');
  }

  describe('a draft whose Body is a whole message (MS-ASAIRS 2.2.2.22.1, Type 4)', () => {
    test.each([
      ['as text', MIME],
      ['as bytes', new TextEncoder().encode(MIME)],
    ])('%s keeps its fields, text and attachments', async (_how, data) => {
      await begin();
      const added = await add('whole', [body(data)]);
      expect(textOf(added, 'AirSync:Status')).toBe('1');
      const item = await read(added);
      expect(textOf(item, 'Email:Subject')).toBe('Whole');
      expect(textOf(item, 'Email:To')).toBe('"Bob" <bob@mail.test>');
      expect(textOf(item, 'Email2:IsDraft')).toBe('1');
      const [file] = children(child(item, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment');
      expect(textOf(file, 'AirSyncBase:DisplayName')).toBe('draft.bin');
      const raw = textOf(child(item, 'AirSyncBase:Body'), 'AirSyncBase:Data') ?? '';
      expect(raw.endsWith(MIME.slice(MIME.indexOf('\r\n\r\n')))).toBe(true);
      expect(raw).toMatch(/^From: ann@mail\.test\r$/m);
      expect(raw).toMatch(/^Date: .+\r$/m);
      expect(raw).toMatch(/^Message-ID: <.+@mail\.test>\r$/m);
    });

    test('is the same draft when the request is repeated', async () => {
      await begin();
      const { key } = phone;
      const first = await add('again', [body(MIME)]);
      phone.key = key;
      const second = await add('again', [body(MIME)]);
      expect(textOf(second, 'AirSync:Status')).toBe('1');
      expect(textOf(second, 'AirSync:ServerId')).toBe(textOf(first, 'AirSync:ServerId'));
    });

    test('is sent as it is', async () => {
      await begin();
      const bob = await new Phone(server, 'bob@mail.test', 'a-password').start();
      const sent = await add('send', [body(MIME.replace('Whole', 'Sent'))], el('Email2:Send'));
      expect(textOf(sent, 'AirSync:Status')).toBe('1');
      const [item] = await bob.receive(1);
      expect(textOf(item?.data, 'Email:Subject')).toBe('Sent');
      expect(textOf(item?.data, 'Email:From')).toContain('ann@mail.test');
      expect(children(child(item?.data, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment')).toHaveLength(
        1,
      );
    });

    test('fields said beside it win', async () => {
      await begin();
      const added = await add('beside', [el('Email:Subject', 'Beside — ä'), body(MIME)]);
      expect(textOf(await read(added), 'Email:Subject')).toBe('Beside — ä');
    });

    test('is refused with Status 6 when it is none, or files are said beside it', async () => {
      await begin();
      expect(textOf(await add('none', [body('')]), 'AirSync:Status')).toBe('6');
      expect(textOf(await add('rtf', [body(MIME, 3)]), 'AirSync:Status')).toBe('6');
      const files = el(
        'AirSyncBase:Attachments',
        el(
          'AirSyncBase:Add',
          el('AirSyncBase:ClientId', 'f'),
          el('AirSyncBase:Content', Uint8Array.of(1)),
          el('AirSyncBase:DisplayName', 'f'),
        ),
      );
      expect(textOf(await add('files', [body(MIME), files]), 'AirSync:Status')).toBe('6');
    });
  });
}
