import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoMessage, messageId } from '../../../cli/demo/message.ts';
import { demoMessages } from '../../../cli/demo/messages/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import {
  type ActiveSyncClient,
  CLIENT_VERSIONS,
  connect,
  type Email,
  FolderModel,
  fetchAttachment,
  fetchItem,
  folderSync,
  getItemEstimate,
  type ItemOptions,
  ping,
  StatusError,
  sync,
  syncFolder,
} from './index.ts';

const ACCOUNT = { user: 'alice@demo.test', password: 'correct horse' };
const NOW = Date.now();

/** What lies in Alice's mailbox, and its bytes. */
let delivered: { message: DemoMessage; raw: Uint8Array }[] = [];
let server: Waypost;

beforeAll(async () => {
  server = await startWaypost();
  await server.addUser(ACCOUNT.user, ACCOUNT.password);
  const mine = demoMessages().filter((m) => m.to.startsWith('alice'));
  delivered = await Promise.all(mine.map(async (message) => ({ message, raw: await message.raw(NOW) })));
  for (const { message, raw } of delivered) await server.email(message.from, message.to, raw);
  await until(async () => (await messages()) === delivered.length);
});
afterAll(() => server.stop());

async function messages(): Promise<number> {
  const stats = await server.admin<{ messages: number }>('GET', `/users/${ACCOUNT.user}/stats`);
  return stats.messages;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never came to that');
}

/** A new device with the whole Inbox. */
async function device(options: ItemOptions = {}, windowSize = 100) {
  const connected = await connect(server.url, ACCOUNT);
  const inbox = connected.model(2);
  await syncFolder(connected.client, inbox, { windowSize, options });
  return { ...connected, inbox };
}

function find(inbox: FolderModel, subject: string): [serverId: string, email: Email] {
  const found = [...inbox.items].find(([, email]) => email.subject === subject);
  if (found === undefined) throw new Error(`no message "${subject}"`);
  return found;
}

describe('a mailbox of many kinds of mail, to a strict client', () => {
  const runs = CLIENT_VERSIONS.flatMap((version) =>
    ([1, 2, 4] as const).map(
      (type) => [version, type, (['plain', 'base64'] as const)[type % 2] ?? 'plain'] as const,
    ),
  );
  it.each(runs)('comes over whole in %s with bodies of type %i', async (version, type, queryEncoding) => {
    const { client, model } = await connect(server.url, { ...ACCOUNT, version, queryEncoding });
    const inbox = model(2);
    const options: ItemOptions = { filterType: 0, mimeSupport: type === 4 ? 2 : 0, bodies: [{ type }] };
    const { added } = await syncFolder(client, inbox, { windowSize: 10, options });
    expect(added).toHaveLength(delivered.length);
    expect((await syncFolder(client, inbox, { options })).rounds).toBe(1);
  });

  it.each([1, 2, 7, 512])('comes over the same in windows of %i', async (windowSize) => {
    const options: ItemOptions = { bodies: [{ type: 1, truncationSize: 200 }] };
    const [small, whole] = [await device(options, windowSize), await device(options)];
    expect([...small.inbox.items.keys()]).toEqual([...whole.inbox.items.keys()]);
    expect(small.inbox.items).toEqual(whole.inbox.items);
  });

  it('is as large as the estimate says, at every step', async () => {
    const { client, model } = await connect(server.url, ACCOUNT);
    const inbox = model(2);
    const { collectionId } = inbox;
    const [first] = await sync(client, [{ collectionId, syncKey: '0' }]);
    inbox.syncKey = first?.syncKey ?? '';
    for (let left = delivered.length; left > 0; left -= 9) {
      const [estimate] = await getItemEstimate(client, [
        { collectionId, syncKey: inbox.syncKey, filterType: 0 },
      ]);
      expect(estimate?.estimate).toBe(left);
      const [reply] = await sync(client, [
        { collectionId, syncKey: inbox.syncKey, windowSize: 9, options: { filterType: 0 } },
      ]);
      if (reply === undefined) throw new Error('an empty answer');
      inbox.apply(reply);
      expect(reply.moreAvailable).toBe(left > 9);
    }
    expect(inbox.items.size).toBe(delivered.length);
  });

  it.each([
    0, 1, 50, 500,
  ])('has bodies of at most %i bytes, cut between characters, when told so', async (truncationSize) => {
    for (const type of [1, 2] as const) {
      const { inbox } = await device({ bodies: [{ type, truncationSize }] });
      for (const { body, subject } of inbox.items.values()) {
        const data = body?.data ?? new Uint8Array();
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(data), subject).not.toThrow();
        if ((body?.estimatedDataSize ?? 0) > data.length) expect(body?.truncated, subject).toBe(true);
      }
    }
  });

  it('keeps bodies whole or away with AllOrNone', async () => {
    const { inbox } = await device({
      bodies: [
        { type: 2, truncationSize: 1000, allOrNone: true },
        { type: 1, truncationSize: 500 },
      ],
    });
    const [, newsletter] = find(inbox, 'The Weekly Example: 140 articles you have missed');
    expect(newsletter.body?.type).toBe(1);
    const [, lunch] = find(inbox, 'Re: Lunch?');
    expect(lunch.body).toMatchObject({ type: 2, truncated: false });
  });

  it('is byte for byte what was sent below the results of our checks, as MIME by Sync Fetch and by ItemOperations', async () => {
    const { client, inbox } = await device({ bodies: [{ type: 1, truncationSize: 0 }] });
    const options: ItemOptions = { mimeSupport: 2, bodies: [{ type: 4 }] };
    const byId = new Map<string, Buffer>();
    for (const serverId of inbox.items.keys()) {
      const multipart = byId.size % 2 === 0;
      const { data } = await fetchItem(client, { collectionId: inbox.collectionId, serverId }, options, {
        multipart,
      });
      const shown = Buffer.from(data ?? []);
      const ours = /^Authentication-Results: [^\n]*\n(?:[ \t][^\n]*\n)*/.exec(shown.toString('latin1'))?.[0];
      expect(ours).toContain('dmarc=');
      const raw = shown.subarray(ours?.length);
      byId.set(/^Message-ID: (\S+)/im.exec(raw.toString('latin1'))?.[1] ?? '', raw);
    }
    for (const { raw } of delivered) {
      const id = /^Message-ID: (\S+)/im.exec(Buffer.from(raw).toString('latin1'))?.[1] ?? '';
      expect(byId.get(id)?.equals(raw), id).toBe(true);
    }
  });

  it('gives its attachments byte for byte: whole, as multipart, and in ranges', async () => {
    const { client, inbox } = await device();
    const all = [...inbox.items.values()];
    let compared = 0;
    for (const { message, raw } of delivered) {
      const mail = await PostalMime.parse(raw);
      // The parser that is compared with keeps only base64 byte for byte.
      const wanted = mail.attachments.filter(
        (a) =>
          a.content instanceof ArrayBuffer &&
          /^(image|application)\//.test(a.mimeType) &&
          a.filename !== 'encrypted.asc',
      );
      const email = all.find((e) => e.subject === mail.subject);
      for (const { filename, content } of wanted) {
        const listed = email?.attachments.find((a) => a.displayName === filename);
        if (listed === undefined) continue;
        const bytes = Buffer.from(content as ArrayBuffer);
        const reference = listed.fileReference;
        const whole = await fetchAttachment(client, reference);
        expect(bytes.equals(whole.data ?? new Uint8Array()), `${message.from} ${filename}`).toBe(true);
        expect(listed.size).toBe(bytes.length);
        const half = Math.floor(bytes.length / 2);
        const parts = [
          await fetchAttachment(client, reference, { range: { first: 0, last: half }, multipart: true }),
          await fetchAttachment(client, reference, { range: { first: half + 1, last: bytes.length + 100 } }),
        ];
        expect(parts.map((p) => p.range?.total)).toEqual([bytes.length, bytes.length]);
        expect(Buffer.concat(parts.map((p) => p.data ?? new Uint8Array())).equals(bytes)).toBe(true);
        compared++;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(9);
  });

  it('shows every script as it was written', async () => {
    const { inbox } = await device({ bodies: [{ type: 1 }] });
    const texts = {
      来週の打ち合わせについて: '第二会議室',
      'Расписание на следующую неделю': 'Во вторник',
      'אישור הזמנה': 'ימי עסקים',
      'دعوة إلى أمسية موسيقية': 'الخميس',
    };
    for (const [subject, words] of Object.entries(texts)) {
      const [, email] = find(inbox, subject);
      expect(Buffer.from(email.body?.data ?? []).toString()).toContain(words);
    }
  });

  it('knows which messages belong together', async () => {
    const { inbox } = await device();
    const planning = [...inbox.items.values()].filter((e) =>
      e.subject.includes('Planning for the next quarter'),
    );
    expect(planning).toHaveLength(5);
    expect(new Set(planning.map((e) => e.conversationId)).size).toBe(1);
    expect(find(inbox, 'Lunch?')[1].conversationId).not.toBe(planning[0]?.conversationId);
  });
});

describe('two devices of one user', () => {
  it('tell each other what was read, flagged and deleted, and hear no echo of their own', async () => {
    const [phone, tablet] = [await device(), await device()];
    const [read] = find(phone.inbox, 'Lunch?');
    const [gone] = find(phone.inbox, 'How was it?');
    const { collectionId } = phone.inbox;
    const [reply] = await sync(phone.client, [
      {
        collectionId,
        syncKey: phone.inbox.syncKey,
        deletesAsMoves: true,
        commands: [
          { kind: 'change', serverId: read, read: true, flag: 'active' },
          { kind: 'delete', serverId: gone },
        ],
      },
    ]);
    if (reply === undefined) throw new Error('an empty answer');
    expect(reply.changes).toEqual([]);
    phone.inbox.syncKey = reply.syncKey;
    expect(await syncFolder(phone.client, phone.inbox)).toMatchObject({
      added: [],
      changed: [],
      removed: [],
    });

    const heard = await syncFolder(tablet.client, tablet.inbox);
    expect(heard).toMatchObject({ added: [], changed: [read], removed: [gone] });
    expect(tablet.inbox.items.get(read)).toMatchObject({ read: true, flagStatus: 2 });

    const bin = tablet.model(4);
    await syncFolder(tablet.client, bin);
    expect([...bin.items.values()].map((e) => e.subject)).toEqual(['How was it?']);
  });

  it('may ask again with the same key and hear the same', async () => {
    const { client, model } = await connect(server.url, ACCOUNT);
    const { collectionId } = model(2);
    const ask = async (syncKey: string) =>
      (await sync(client, [{ collectionId, syncKey, windowSize: 5 }]))[0];
    const zero = await ask('0');
    const first = await ask(zero?.syncKey ?? '');
    const again = await ask(zero?.syncKey ?? '');
    expect(again?.changes.map((c) => c.serverId)).toEqual(first?.changes.map((c) => c.serverId));
    const next = await ask(again?.syncKey ?? '');
    const before = new Set(first?.changes.map((c) => c.serverId));
    expect(next?.changes.some((c) => before.has(c.serverId))).toBe(false);
    const unknown = await ask('no-such-key');
    expect(unknown?.status).toBe(3);
  });

  it('wake each other in Ping, but not themselves', async () => {
    const [phone, tablet] = [await device(), await device()];
    const order: string[] = [];
    const watch = async (name: string, client: ActiveSyncClient, id: string) => {
      const reply = await ping(client, { heartbeat: 60, folders: [{ id }] });
      order.push(name);
      return reply;
    };
    const { collectionId, syncKey } = phone.inbox;
    const phoneWaits = watch('phone', phone.client, collectionId);
    const tabletWaits = watch('tablet', tablet.client, collectionId);
    const [serverId] = find(phone.inbox, 'Your code is 431 902');
    const commands = [{ kind: 'change', serverId, read: true } as const];
    await sync(phone.client, [{ collectionId, syncKey, commands }]);
    expect(await tabletWaits).toEqual({ status: 2, folders: [collectionId] });
    order.push('mail');
    const raw = `From: x@sender.example\r\nMessage-ID: ${messageId('wake')}\r\nSubject: wake\r\n\r\nup\r\n`;
    await server.email('x@sender.example', ACCOUNT.user, raw);
    expect(await phoneWaits).toEqual({ status: 2, folders: [collectionId] });
    // The change of the phone itself woke the tablet only.
    expect(order).toEqual(['tablet', 'mail', 'phone']);
  });
});

describe('what is asked for in vain', () => {
  it('is answered with its own Status', async () => {
    const { client, inbox } = await device();
    const ids = { collectionId: inbox.collectionId, serverId: '01aaaaaaaaaaaaaaaaaaaaaaaa' };
    expect((await fetchItem(client, ids, {})).status).toBe(6);
    expect((await fetchAttachment(client, `${ids.serverId}.1`)).status).toBe(15);
    await expect(folderSync(client, 'no-such-key')).rejects.toMatchObject({ status: 9 });
    const nowhere = new FolderModel('no-such-folder');
    await expect(syncFolder(client, nowhere)).rejects.toThrow(StatusError);
    const [estimate] = await getItemEstimate(client, [{ collectionId: 'no-such-folder', syncKey: '1' }]);
    expect(estimate?.status).toBe(2);
    expect(await ping(client, { heartbeat: 5, folders: [{ id: inbox.collectionId }] })).toMatchObject({
      status: 5,
    });
    expect(await ping(client, { heartbeat: 60, folders: [{ id: 'no-such-folder' }] })).toMatchObject({
      status: 7,
    });
  });
});
