import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributeOf, child, children, textOf } from '../../codecs/soap/read.ts';
import { encodeId } from '../../workers/ews/ids/id.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

interface Database {
  prepare(sql: string): { bind(...values: string[]): { first<T>(column: string): Promise<T | null> } };
}

const HEADERS = [
  'From: "Bea Sender" <bea@elsewhere.example>',
  'To: "Ann" <ann@items.example>, carl@elsewhere.example',
  'Cc: dora@elsewhere.example',
  'Date: Mon, 02 Nov 2026 10:00:00 +0000',
  'MIME-Version: 1.0',
];

function mail(subject: string, lines: readonly string[]): string {
  const id = subject.replace(/\W/g, '-');
  return `${[...HEADERS, `Subject: ${subject}`, `Message-ID: <${id}@elsewhere.example>`, ...lines].join('\r\n')}\r\n`;
}

describe('items of EWS', () => {
  let server: InProcess;
  let client: EwsClient;
  let mailboxId: string;

  beforeAll(async () => {
    server = await startInProcess();
    const user = await server.addUser('ann@items.example', 'secret-ann-1');
    mailboxId = user.userId;
    client = ewsClient(server, user.address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  async function receive(raw: string): Promise<string> {
    await server.email('bea@elsewhere.example', 'ann@items.example', raw);
    await server.drain();
    const { MAIL_1 } = await server.bindings<{ MAIL_1: Database }>();
    const subject = /^Subject: (.*)\r$/m.exec(raw)?.[1] ?? '';
    const row = await MAIL_1.prepare('select item_id from messages where subject = ?')
      .bind(subject)
      .first<string>('item_id');
    if (row === null) throw new Error(`no message ${subject}`);
    return encodeId({ kind: 'item', mailboxId, itemId: row });
  }

  const getItem = (shape: string, ...ids: string[]) =>
    client.call(
      `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds></m:GetItem>`,
    );

  it('answers a message in all its properties', async () => {
    const raw = mail('All of it', ['Content-Type: text/html; charset=utf-8', '', '<p>Hello <b>Ann</b></p>']);
    const id = await receive(raw);
    const { messages, codes } = await getItem('<t:BaseShape>AllProperties</t:BaseShape>', id);
    expect(codes).toEqual(['NoError']);
    const item = child(child(messages[0] ?? null, 'Items'), 'Message');
    expect([textOf(item, 'Subject'), textOf(item, 'ItemClass'), textOf(item, 'IsRead')]).toEqual([
      'All of it',
      'IPM.Note',
      'false',
    ]);
    expect(child(item, 'Body')?.text).toContain('<b>Ann</b>');
    expect(attributeOf(child(item, 'Body'), 'BodyType')).toBe('HTML');
    expect(children(child(item, 'ToRecipients'), 'Mailbox')).toHaveLength(2);
    expect(textOf(item, 'DateTimeSent')).toBe('2026-11-02T10:00:00Z');
  });
});
