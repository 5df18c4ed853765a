import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { openStream } from '../clients/ews/stream.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

const PASSWORD = 'a-password-1';
const ALL = ['CopiedEvent', 'CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent', 'NewMailEvent'];

let server: InProcess;
let users = 0;
beforeAll(async () => {
  server = await startInProcess({ vars: { PING_HOLD_MAX_S: '3', RELAY_ALLOW_PRIVATE: '0' } });
}, 60_000);
afterAll(() => server?.stop());

interface User {
  address: string;
  client: EwsClient;
}

async function newUser(): Promise<User> {
  const address = `user${++users}@live.example`;
  await server.addUser(address, PASSWORD);
  return { address, client: ewsClient(server, address, PASSWORD) };
}

const inbox = '<t:DistinguishedFolderId Id="inbox"/>';
const request = (kind: string, rest: string, { folders = inbox, events = ALL, all = false } = {}) =>
  `<m:Subscribe><m:${kind}SubscriptionRequest${all ? ' SubscribeToAllFolders="true"' : ''}>` +
  `${all ? '' : `<t:FolderIds>${folders}</t:FolderIds>`}<t:EventTypes>` +
  `${events.map((one) => `<t:EventType>${one}</t:EventType>`).join('')}</t:EventTypes>${rest}` +
  `</m:${kind}SubscriptionRequest></m:Subscribe>`;

interface Subscribed {
  id: string;
  watermark: string;
}

async function subscribe(client: EwsClient, body: string): Promise<Subscribed> {
  const { messages } = await client.ok(body);
  const [message = null] = messages;
  return { id: textOf(message, 'SubscriptionId') ?? '', watermark: textOf(message, 'Watermark') ?? '' };
}

const pull = (client: EwsClient, options = {}) =>
  subscribe(client, request('Pull', '<t:Timeout>10</t:Timeout>', options));
const streaming = (client: EwsClient, options = {}) => subscribe(client, request('Streaming', '', options));

interface Polled {
  events: XmlElement[];
  names: string[];
  watermark: string;
  more: boolean;
}

async function poll(client: EwsClient, { id, watermark }: Subscribed): Promise<Polled> {
  const answer = await client.ok(
    `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${watermark}</m:Watermark></m:GetEvents>`,
  );
  const found = child(answer.messages[0] ?? null, 'Notification');
  const events = (found?.children ?? []).filter((one) => one.name.endsWith('Event'));
  return {
    events,
    names: events.map((one) => one.name),
    watermark: textOf(events.at(-1) ?? null, 'Watermark') ?? '',
    more: textOf(found, 'MoreEvents') === 'true',
  };
}

const deliver = async ({ address }: User, subject = 'hello') => {
  await server.email('sender@sender.example', address, buildMail({ subject }));
  await server.drain();
};
const idOf = (event: XmlElement | undefined, name = 'ItemId') => child(event ?? null, name)?.attributes['Id'];

async function items(client: EwsClient, folder = inbox): Promise<string[]> {
  const found = await client.ok(
    `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${folder}</m:SyncFolderId><m:MaxChangesReturned>100</m:MaxChangesReturned></m:SyncFolderItems>`,
  );
  return [...found.text.matchAll(/<t:ItemId Id="([^"]+)"/g)].map((one) => one[1] ?? '');
}

describe('a pull subscription', () => {
  it('says that nothing happened, then what did, and the same again when it is asked again', async () => {
    const user = await newUser();
    const subscription = await pull(user.client);
    const nothing = await poll(user.client, subscription);
    expect(nothing.names).toEqual(['StatusEvent']);
    await deliver(user);
    const news = await poll(user.client, { ...subscription, watermark: nothing.watermark });
    expect(news.names).toEqual(['CreatedEvent', 'NewMailEvent', 'ModifiedEvent']);
    const [created, arrived, folder] = news.events;
    expect([idOf(created), idOf(arrived)]).toEqual(Array(2).fill((await items(user.client))[0]));
    expect([idOf(folder, 'FolderId'), textOf(folder ?? null, 'UnreadCount')]).toEqual([
      idOf(created, 'ParentFolderId'),
      '1',
    ]);
    expect((await poll(user.client, subscription)).names).toEqual(news.names);
    expect((await poll(user.client, { ...subscription, watermark: news.watermark })).names).toEqual([
      'StatusEvent',
    ]);
  });

  it('tells of changes, moves and removals, with where things were', async () => {
    const user = await newUser();
    await deliver(user);
    const [item = ''] = await items(user.client);
    const subscription = await pull(user.client, {
      folders: `${inbox}<t:DistinguishedFolderId Id="deleteditems"/>`,
      events: ALL.filter((one) => one !== 'ModifiedEvent'),
    });
    await user.client.ok(
      `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="deleteditems"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${item}"/></m:ItemIds></m:MoveItem>`,
    );
    const moved = await poll(user.client, subscription);
    expect(moved.names).toEqual(['MovedEvent']);
    const [event = null] = moved.events;
    expect([idOf(event ?? undefined), idOf(event ?? undefined, 'OldItemId')]).toEqual([item, item]);
    expect(idOf(event ?? undefined, 'OldParentFolderId')).not.toBe(
      idOf(event ?? undefined, 'ParentFolderId'),
    );
    await user.client.ok(
      `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${item}"/></m:ItemIds></m:DeleteItem>`,
    );
    const deleted = await poll(user.client, { ...subscription, watermark: moved.watermark });
    expect([deleted.names, idOf(deleted.events[0])]).toEqual([['DeletedEvent'], item]);
  });

  it('tells of copies, and of what they are copies', async () => {
    const user = await newUser();
    await deliver(user);
    const [item = ''] = await items(user.client);
    const subscription = await pull(user.client, { all: true, events: ['CopiedEvent', 'NewMailEvent'] });
    const copied = await user.client.ok(
      `<m:CopyItem><m:ToFolderId><t:DistinguishedFolderId Id="junkemail"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${item}"/></m:ItemIds></m:CopyItem>`,
    );
    const news = await poll(user.client, subscription);
    expect([news.names, idOf(news.events[0]), idOf(news.events[0], 'OldItemId')]).toEqual([
      ['CopiedEvent'],
      /<t:ItemId Id="([^"]+)"/.exec(copied.text)?.[1],
      item,
    ]);
  });

  it('tells those who know of no moves that something went, or came', async () => {
    const user = await newUser();
    await deliver(user);
    const [item = ''] = await items(user.client);
    const from = await pull(user.client, { events: ['DeletedEvent'] });
    const to = await pull(user.client, {
      folders: '<t:DistinguishedFolderId Id="junkemail"/>',
      events: ['CreatedEvent', 'NewMailEvent'],
    });
    await user.client.ok(
      `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="junkemail"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${item}"/></m:ItemIds></m:MoveItem>`,
    );
    expect((await poll(user.client, from)).names).toEqual(['DeletedEvent']);
    expect((await poll(user.client, to)).names).toEqual(['CreatedEvent']);
  });

  it('to all folders also tells of folders that are made, and go', async () => {
    const user = await newUser();
    const subscription = await pull(user.client, { all: true });
    const made = await user.client.ok(
      '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>New</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>',
    );
    const folder = /<t:FolderId Id="([^"]+)"/.exec(made.text)?.[1];
    const created = await poll(user.client, subscription);
    expect([created.names, idOf(created.events[0], 'FolderId')]).toEqual([['CreatedEvent'], folder]);
    await user.client.ok(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${folder}"/></m:FolderIds></m:DeleteFolder>`,
    );
    const gone = await poll(user.client, { ...subscription, watermark: created.watermark });
    expect([gone.names, idOf(gone.events[0], 'FolderId')]).toEqual([['DeletedEvent'], folder]);
  });

  it('tells of many things page by page', async () => {
    const user = await newUser();
    const subscription = await pull(user.client, { events: ['CreatedEvent'] });
    const message = '<t:Message><t:Subject>x</t:Subject></t:Message>';
    for (let i = 0; i < 5; i++) {
      await user.client.ok(
        `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${inbox}</m:SavedItemFolderId><m:Items>${message.repeat(50)}</m:Items></m:CreateItem>`,
      );
    }
    const first = await poll(user.client, subscription);
    expect([first.names.length, first.more]).toEqual([200, true]);
    const second = await poll(user.client, { ...subscription, watermark: first.watermark });
    expect([second.names.length, second.more]).toEqual([50, false]);
    const ids = new Set([...first.events, ...second.events].map((one) => idOf(one)));
    expect(ids.size).toBe(250);
  }, 60_000);

  it('ends when it is ended, and is nobody else’s (I22)', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    const subscription = await pull(ann.client);
    const ask = (client: EwsClient, operation: string, rest = '') =>
      client.call(
        `<m:${operation}><m:SubscriptionId>${subscription.id}</m:SubscriptionId>${rest}</m:${operation}>`,
      );
    const mark = `<m:Watermark>${subscription.watermark}</m:Watermark>`;
    expect((await ask(bob.client, 'GetEvents', mark)).codes).toEqual(['ErrorSubscriptionNotFound']);
    expect((await ask(bob.client, 'Unsubscribe')).codes).toEqual(['ErrorSubscriptionNotFound']);
    expect((await ask(ann.client, 'Unsubscribe')).codes).toEqual(['NoError']);
    expect((await ask(ann.client, 'Unsubscribe')).codes).toEqual(['ErrorSubscriptionNotFound']);
    expect((await ask(ann.client, 'GetEvents', mark)).codes).toEqual(['ErrorSubscriptionNotFound']);
  });

  it('takes no watermark that is none, and begins at one that it is given', async () => {
    const user = await newUser();
    const subscription = await pull(user.client);
    const bad = await user.client.call(
      `<m:GetEvents><m:SubscriptionId>${subscription.id}</m:SubscriptionId><m:Watermark>AAAA</m:Watermark></m:GetEvents>`,
    );
    expect(bad.codes).toEqual(['ErrorInvalidWatermark']);
    await deliver(user);
    const again = await subscribe(
      user.client,
      request('Pull', `<t:Watermark>${subscription.watermark}</t:Watermark><t:Timeout>1</t:Timeout>`),
    );
    expect((await poll(user.client, again)).names).toContain('NewMailEvent');
  });
});

describe('Subscribe', () => {
  it.each([
    [
      'an unknown folder',
      request('Pull', '<t:Timeout>5</t:Timeout>', { folders: '<t:DistinguishedFolderId Id="nothing"/>' }),
      'ErrorFolderNotFound',
    ],
    [
      'a foreign mailbox',
      request('Pull', '<t:Timeout>5</t:Timeout>', {
        folders:
          '<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>nobody@live.example</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>',
      }),
      'ErrorNonExistentMailbox',
    ],
    [
      'all folders and some',
      request('Pull', '<t:Timeout>5</t:Timeout>').replace(
        '<m:PullSubscriptionRequest',
        '<m:PullSubscriptionRequest SubscribeToAllFolders="true"',
      ),
      'ErrorInvalidSubscriptionRequest',
    ],
    ['a time out of bounds', request('Pull', '<t:Timeout>0</t:Timeout>'), 'ErrorSchemaValidation'],
    [
      'an event that there is not',
      request('Pull', '<t:Timeout>5</t:Timeout>', { events: ['XEvent'] }),
      'ErrorSchemaValidation',
    ],
    ['nothing', '<m:Subscribe/>', 'ErrorSchemaValidation'],
  ])('refuses %s', async (_, body, code) => {
    const { client } = await newUser();
    expect((await client.call(body)).codes).toEqual([code]);
  });

  it.each([
    'http://hook.live.example/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://10.1.2.3/',
    'https://user:pw@hook.example.org/',
    'https://hook.example.org:8443/',
    'https://localhost/',
    'file:///etc/passwd',
    'words',
  ])('sends to no such address: %s (A06, A60)', async (url) => {
    const other = await newUser();
    const rest = `<t:StatusFrequency>1</t:StatusFrequency><t:URL>${url}</t:URL>`;
    expect((await other.client.call(request('Push', rest))).codes).toEqual([
      'ErrorInvalidPushSubscriptionUrl',
    ]);
  });

  it('has an end', async () => {
    const { client } = await newUser();
    const body = request('Pull', '<t:Timeout>5</t:Timeout>');
    for (let i = 0; i < 100; i++) await client.ok(body);
    expect((await client.call(body)).codes).toEqual(['ErrorExceededSubscriptionCount']);
  }, 60_000);
});

describe('a stream', () => {
  const open = (user: User, ids: string[]) => openStream(server, user.address, PASSWORD, ids);

  it('says at once that it is there, tells what happens, and says when it ends', async () => {
    const user = await newUser();
    const { id } = await streaming(user.client);
    const stream = await open(user, [id]);
    const first = await stream.next();
    expect([first?.status, first?.events, first?.text.startsWith('<Envelope xmlns=')]).toEqual([
      'OK',
      [],
      true,
    ]);
    await deliver(user);
    const events = await stream.nextEvents();
    expect(events.map((one) => one.name)).toEqual(['CreatedEvent', 'NewMailEvent', 'ModifiedEvent']);
    expect(events.map((one) => one.subscriptionId)).toEqual([id, id, id]);
    const last = await stream.next();
    expect([last?.status, await stream.next()]).toEqual(['Closed', null]);
  }, 20_000);

  it('tells on the next connection what happened since the last one', async () => {
    const user = await newUser();
    const { id } = await streaming(user.client, { events: ['NewMailEvent'] });
    await deliver(user);
    const first = await open(user, [id]);
    expect(await first.nextEvents()).toHaveLength(1);
    await first.close();
    await deliver(user);
    const second = await open(user, [id]);
    expect(await second.nextEvents()).toHaveLength(1);
    expect((await second.next())?.status).toBe('Closed');
  }, 20_000);

  it('carries several subscriptions, each with its own events', async () => {
    const user = await newUser();
    const one = await streaming(user.client, { events: ['NewMailEvent'] });
    const two = await streaming(user.client, { events: ['CreatedEvent'], all: true });
    const stream = await open(user, [one.id, two.id]);
    await deliver(user);
    const events = [...(await stream.nextEvents()), ...(await stream.nextEvents())];
    expect(events.map((e) => [e.subscriptionId, e.name])).toEqual([
      [one.id, 'NewMailEvent'],
      [two.id, 'CreatedEvent'],
    ]);
  }, 20_000);

  it('is taken over by a newer connection', async () => {
    const user = await newUser();
    const { id } = await streaming(user.client, { events: ['NewMailEvent'] });
    const older = await open(user, [id]);
    expect((await older.next())?.status).toBe('OK');
    const newer = await open(user, [id]);
    expect((await older.next())?.status).toBe('Closed');
    await deliver(user);
    expect(await newer.nextEvents()).toHaveLength(1);
  }, 20_000);

  it('names the subscriptions that it does not know, or that are no streams or another’s', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    const { id } = await streaming(ann.client);
    const other = await pull(bob.client);
    const stream = await open(bob, ['AAA-', id, other.id]);
    const part = await stream.next();
    expect([part?.code, part?.errorIds, part?.status]).toEqual([
      'ErrorInvalidSubscription',
      ['AAA-', id, other.id],
      'Closed',
    ]);
  });

  it('ends at once when its user may sign in no more (I21)', async () => {
    const user = await newUser();
    const { id } = await streaming(user.client);
    const stream = await open(user, [id]);
    expect((await stream.next())?.status).toBe('OK');
    const began = Date.now();
    await server.admin('PUT', `/users/${user.address}/status`, { status: 'disabled' });
    expect((await stream.next())?.status).toBe('Closed');
    expect(Date.now() - began).toBeLessThan(2_000);
  }, 20_000);

  it('on which very much happens ends before its time, and the next one goes on', async () => {
    const busy = await startInProcess({ vars: { PING_HOLD_MAX_S: '120' } });
    try {
      const address = 'busy@live.example';
      await busy.addUser(address, PASSWORD);
      const client = ewsClient(busy, address, PASSWORD);
      const ids: string[] = [];
      for (let i = 0; i < 20; i++)
        ids.push((await streaming(client, { events: ['CreatedEvent'], all: true })).id);
      const create = () =>
        client.ok(
          '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>x</t:Subject></t:Message></m:Items></m:CreateItem>',
        );
      const seen = new Set<string>();
      let made = 0;
      for (let connections = 0; connections < 2; connections++) {
        const stream = await openStream(busy, address, PASSWORD, ids);
        for (let part = await stream.next(); part?.status !== 'Closed'; part = await stream.next(20_000)) {
          for (const one of part?.events ?? []) seen.add(`${one.subscriptionId} ${one.itemId}`);
          if (seen.size < made * ids.length) continue;
          made++;
          await create();
        }
      }
      const last = await openStream(busy, address, PASSWORD, ids);
      while (seen.size < made * ids.length) {
        for (const one of await last.nextEvents()) seen.add(`${one.subscriptionId} ${one.itemId}`);
      }
      await last.close();
      expect(made).toBeLessThan(10);
    } finally {
      await busy.stop();
    }
  }, 60_000);

  it('loses nothing however deliveries and its beginning fall together (I14)', async () => {
    const user = await newUser();
    const { id } = await streaming(user.client, { events: ['NewMailEvent'] });
    for (let round = 0; round < 6; round++) {
      const sent = server.email('a@sender.example', user.address, buildMail({ subject: `r${round}` }));
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      const stream = await open(user, [id]);
      expect(await stream.nextEvents(), `round ${round}`).toHaveLength(1);
      await sent;
      await stream.close();
      await server.drain();
    }
  }, 30_000);
});

describe('a shared mailbox', () => {
  it('is not watched without the right to', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    const folders = `<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>${ann.address}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`;
    const answer = await bob.client.call(request('Streaming', '', { folders }));
    expect(answer.codes).toEqual(['ErrorAccessDenied']);
    expect(at(answer.messages[0] ?? null, 'SubscriptionId')).toBeNull();
  });

  it('is watched with the right to, and for as long as it lasts (I21)', async () => {
    const [ann, bob] = [await newUser(), await newUser()];
    const share = `/users/${ann.address}/calendar-shares/${bob.address}`;
    await server.admin('PUT', share, { level: 'read' });
    const folders = `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>${ann.address}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`;
    const events = ['CreatedEvent', 'FreeBusyChangedEvent'];
    const subscription = await pull(bob.client, { folders, events });
    const meet = () =>
      ann.client.ok(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>x</t:Subject>' +
          '<t:Start>2026-12-01T10:00:00Z</t:Start><t:End>2026-12-01T11:00:00Z</t:End></t:CalendarItem></m:Items></m:CreateItem>',
      );
    await meet();
    const seen = await poll(bob.client, subscription);
    expect(seen.names).toEqual(['CreatedEvent', 'FreeBusyChangedEvent']);
    await server.admin('DELETE', share);
    await meet();
    expect((await poll(bob.client, { ...subscription, watermark: seen.watermark })).names).toEqual([
      'StatusEvent',
    ]);
  });
});
