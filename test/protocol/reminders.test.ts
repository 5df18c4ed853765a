import type { D1Database, DurableObjectNamespace } from '@cloudflare/workers-types/experimental';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../core/calendar/types.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import { createD1Stores } from '../../store/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

interface Bindings {
  DIRECTORY: D1Database;
  MAIL_1: D1Database;
  SEARCH: D1Database;
  AUDIT: D1Database;
  HUB: DurableObjectNamespace;
}

interface Listener {
  frames: unknown[];
  close(): void;
}

describe('reminders of the cron', () => {
  let server: InProcess;
  let bindings: Bindings;
  beforeAll(async () => {
    server = await startInProcess();
    bindings = await server.bindings<Bindings>();
  });
  afterAll(() => server?.stop());

  async function listen(name: string): Promise<Listener> {
    const { HUB } = bindings;
    const response = await HUB.get(HUB.idFromName(name)).fetch('https://hub/listen', {
      headers: { upgrade: 'websocket' },
    });
    const socket = response.webSocket;
    if (socket === null) throw new Error('no socket');
    const frames: unknown[] = [];
    socket.addEventListener('message', (event) => void frames.push(JSON.parse(String(event.data))));
    socket.accept();
    return { frames, close: () => socket.close(1000) };
  }

  test('reach whoever listens to the mailbox, also when its hub has slept since, and nobody else', async () => {
    await server.admin('POST', '/domains', { domain: 'remind.test' });
    const add = (local: string) =>
      server.admin<{ userId: string; tenantId: string }>('POST', '/users', {
        ...{ address: `${local}@remind.test`, password: 'a-password' },
      });
    const [ann, bob] = [await add('ann'), await add('bob')];
    const { DIRECTORY, MAIL_1, SEARCH, AUDIT } = bindings;
    const stores = createD1Stores({ directory: DIRECTORY, mail: { MAIL_1 }, search: SEARCH, audit: AUDIT });
    const tenant = await stores.directory.getTenant(ann.tenantId);
    const mailbox = stores.mail.mailbox({
      ...{ tenantId: ann.tenantId, mailboxId: ann.userId, shard: tenant?.mailShard ?? '' },
    });
    await mailbox.create(1);
    const at = Date.now() - 60_000;
    const start = new Date(at + 600_000).toISOString().slice(0, 19);
    const document: CalendarEvent = {
      ...{ '@type': 'Event', uid: 'u', updated: '2026-01-01T00:00:00Z', timeZone: 'Etc/UTC', start },
      alerts: { a: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT10M' } } },
    };
    const folderId = (await mailbox.folderByRole('calendar'))?.folderId ?? '';
    await mailbox.putItem({
      ...{ itemId: 'meeting', folderId, kind: 'event', document, facts: pimFacts('event', document) },
    });

    const hubOf = (userId: string) => `${ann.tenantId}/${userId}`;
    const [mine, another, closed] = [
      await listen(hubOf(ann.userId)),
      await listen(hubOf(bob.userId)),
      await listen(hubOf(ann.userId)),
    ];
    closed.close();
    await server.drain();
    await server.evict('HUB', hubOf(ann.userId));
    await server.scheduled('* * * * *');
    await server.drain();
    const startsAt = Date.parse(`${start}Z`);
    const frame = {
      folderId,
      itemId: 'meeting',
      kind: 'event',
      at: startsAt - 600_000,
      recurrenceId: null,
      startsAt,
    };
    expect(mine.frames).toEqual([{ kind: 'reminders', reminders: [frame] }]);
    expect([another.frames, closed.frames]).toEqual([[], []]);
    await server.scheduled('* * * * *');
    await server.drain();
    expect(mine.frames).toHaveLength(1);
    mine.close();
    another.close();
  });
});
