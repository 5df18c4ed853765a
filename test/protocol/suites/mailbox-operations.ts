import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { folder, idsIn, operate, operationWorld, results, statuses, statusOf } from '../item-operations.ts';

/** What ItemOperations changes: folders that are emptied, conversations that are moved; on one of the stores. */
export function mailboxOperationsSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  const { newPhone, deliver } = operationWorld(() => server);

  describe('EmptyFolderContents', () => {
    const empty = (id: string, ...nodes: WbxmlNode[]) =>
      el('ItemOperations:EmptyFolderContents', el('AirSync:CollectionId', id), nodes);

    test('removes what is in the folder and tells the device (MSASCMD_S08_TC10)', async () => {
      const phone = await newPhone();
      const { serverId } = await deliver(phone, buildMail());
      const answer = await operate(phone, empty(phone.inbox));
      expect(results(answer)[0]?.children.map((c) => [c.tag, c.text])).toEqual([
        ['ItemOperations:Status', '1'],
        ['AirSync:CollectionId', phone.inbox],
      ]);
      expect((await phone.sync()).deletes).toEqual([serverId]);
      expect(await idsIn(phone, folder(phone, '4'))).toEqual([]);
    });

    test('of nothing there, and of the recipient cache, is refused (MSASCMD_S08_TC09, TC20)', async () => {
      const phone = await newPhone();
      const answer = await operate(phone, empty('none'), empty('RI'), empty(folder(phone, '19')), empty(''));
      expect(statusOf(answer)).toBe('1');
      expect(statuses(answer)).toEqual(['6', '16', '16', '2']);
    });
  });

  describe('Move of a conversation', () => {
    const move = (id: Uint8Array, to: string, ...nodes: WbxmlNode[]) =>
      el(
        'ItemOperations:Move',
        el('ItemOperations:ConversationId', id),
        el('ItemOperations:DstFldId', to),
        nodes,
      );
    const always = el('ItemOperations:Options', el('ItemOperations:MoveAlways'));
    const conversationOf = (data: WbxmlElement | undefined) =>
      child(data, 'Email2:ConversationId')?.opaque ?? new Uint8Array();

    test('takes all of it, and what comes later (MSASCMD_S08_TC06, MSASCON_S03_TC01, TC02)', async () => {
      const phone = await newPhone();
      const deleted = folder(phone, '4');
      const first = await deliver(phone, buildMail({ messageId: '<c1@x.example>', subject: 'Plan' }));
      const second = await deliver(
        phone,
        buildMail({ messageId: '<c2@x.example>', subject: 'Re: Plan', inReplyTo: '<c1@x.example>' }),
      );
      const other = await deliver(phone, buildMail({ subject: 'Another matter' }));
      const id = conversationOf(first.data);
      const answer = await operate(phone, move(id, deleted, always));
      expect(statuses(answer)).toEqual(['1']);
      expect(child(results(answer)[0], 'ItemOperations:ConversationId')?.opaque).toEqual(id);
      expect((await idsIn(phone, deleted)).sort()).toEqual([first.serverId, second.serverId].sort());
      expect(await idsIn(phone, phone.inbox)).toEqual([other.serverId]);

      const { outcome } = await server.email(
        'sender@sender.example',
        phone.address,
        buildMail({ subject: 'Re: Plan', references: ['<c1@x.example>', '<c2@x.example>'] }),
      );
      expect(outcome).toBe('ok');
      const end = Date.now() + 60_000;
      while ((await idsIn(phone, deleted)).length < 3 && Date.now() < end)
        await new Promise((r) => setTimeout(r, 50));
      expect(await idsIn(phone, deleted)).toHaveLength(3);
      expect(await idsIn(phone, phone.inbox)).toEqual([other.serverId]);
    });

    test('once leaves later mail where it comes', async () => {
      const phone = await newPhone();
      const first = await deliver(phone, buildMail({ messageId: '<d1@x.example>', subject: 'Plan' }));
      await operate(phone, move(conversationOf(first.data), folder(phone, '4')));
      expect((await phone.sync()).deletes).toEqual([first.serverId]);
      await deliver(phone, buildMail({ subject: 'Re: Plan', inReplyTo: '<d1@x.example>' }));
    });

    test('is refused where it cannot go (MSASCON_S03_TC03 to TC06, MSASCMD_S08_TC19)', async () => {
      const phone = await newPhone();
      const id = conversationOf((await deliver(phone, buildMail())).data);
      const sent = folder(phone, '5');
      const answer = await operate(
        phone,
        move(id, sent, el('ItemOperations:Options', el('ItemOperations:MoveAlways', 'text'))),
        move(new TextEncoder().encode('NotExistConversationId'), sent, always),
        move(id, 'NotExistFolderId', always),
        move(id, folder(phone, '19'), always),
        move(id, folder(phone, '8'), always),
        move(id, folder(phone, '10'), always),
      );
      expect(statusOf(answer)).toBe('1');
      expect(statuses(answer)).toEqual(['2', '6', '6', '105', '156', '156']);
    });

    test('is no part of 12.1', async () => {
      const phone = await newPhone('12.1');
      expect(statusOf(await operate(phone, move(new Uint8Array(16), 'x')))).toBe('2');
    });
  });
}
