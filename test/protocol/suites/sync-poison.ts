import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';
import { everything, firstKey, news, type Said, serverId } from '../sync-request.ts';

interface AuditView {
  action: string;
  outcome: string;
  resource: string;
  details: Record<string, unknown>;
}

/** Items that cannot be written or taken in (I20), on one of the stores. */
export function syncPoisonSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(): Promise<Phone> {
    const address = `user${++users}@poison.test`;
    await server.addUser(address, 'a-password');
    const phone = new Phone(server, address, 'a-password');
    await phone.folderSync();
    return phone;
  }

  async function deliver(phone: Phone, subject: string, text: string): Promise<void> {
    await server.email('s@sender.example', phone.address, buildMail({ to: phone.address, subject, text }));
  }

  const items = (answer: Said) => answer.commands('Add').map(serverId);
  const leftOut = async (phone: Phone) => {
    const query = '/audit?action=device.item-left-out&limit=100';
    const { items: list } = await server.admin<{ items: AuditView[] }>('GET', query);
    return list.filter((e) => e.resource.endsWith(phone.deviceId));
  };

  test('an item that a device never takes in gives way to the others, and then is left out and shown to the admin', async () => {
    const phone = await newPhone();
    for (let i = 0; i < 4; i++) await deliver(phone, `mail ${i}`, 'text');
    const poison = items(await everything(phone, 4))[2] ?? '';
    let key = await firstKey(phone);
    const held: string[] = [];
    let asked = 0;
    for (let quiet = 0; quiet < 2; asked++) {
      const answer = await news(phone, key);
      if (answer.empty) quiet += 1;
      // The device falls over this item, and asks again.
      if (answer.empty || items(answer).includes(poison)) continue;
      held.push(...items(answer));
      key = answer.key;
      expect(asked).toBeLessThan(40);
    }
    expect(held).toHaveLength(3);
    await expect.poll(async () => (await leftOut(phone)).length, { timeout: 60_000 }).toBe(1);
    const [event] = await leftOut(phone);
    expect(event).toMatchObject({
      outcome: 'error',
      details: { itemId: poison, folderId: phone.inbox, reason: 'not taken in' },
    });
  });

  if (store === 'd1') {
    describe('a broken record', () => {
      interface Database {
        prepare(sql: string): { bind(...values: unknown[]): { run(): Promise<unknown> } };
      }

      test('is left out and shown to the admin; the others come, with their changes', async () => {
        const phone = await newPhone();
        for (let i = 0; i < 3; i++) await deliver(phone, `mail ${i}`, 'text');
        const all = await everything(phone, 3);
        const broken = items(all)[1] ?? '';
        const bindings = await server.bindings<Record<string, Database>>();
        const shard = Object.keys(bindings).find((name) => name.startsWith('MAIL_')) ?? '';
        await bindings[shard]
          ?.prepare('UPDATE messages SET addresses = ? WHERE item_id = ?')
          .bind('{"from":', broken)
          .run();
        const again = await news(phone, await firstKey(phone));
        expect(items(again).sort()).toEqual(
          items(all)
            .filter((id) => id !== broken)
            .sort(),
        );
        expect((await news(phone, again.key)).empty).toBe(true);
        await expect.poll(async () => (await leftOut(phone)).length, { timeout: 60_000 }).toBe(1);
        expect((await leftOut(phone))[0]?.details).toMatchObject({ itemId: broken, reason: 'not readable' });
        // Once, however often it happens.
        await news(phone, await firstKey(phone));
        await new Promise((r) => setTimeout(r, 1000));
        expect(await leftOut(phone)).toHaveLength(1);
      });
    });
  }
}
