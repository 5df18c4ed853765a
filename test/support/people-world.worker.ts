import type { CalendarEvent } from '../../core/calendar/types.ts';
import type { User } from '../../core/identity/types.ts';
import { NO_ATTRIBUTES, type PersonAttributes } from '../../core/people/types.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryPhotoStore, createMemoryStores } from '../../store/memory/index.ts';
import type { EasContext } from '../../workers/activesync/context.ts';
import type { Version } from '../../workers/activesync/http/versions.ts';

const TENANT = { tenantId: 't1', name: 'T', status: 'active', mailShard: 'MAIL_1' } as const;

/** A tenant in memory and the contexts of commands that its first user sends. */
export async function peopleWorld() {
  const { directory, mail, search } = createMemoryStores(['MAIL_1']);
  const photos = createMemoryPhotoStore();
  await directory.createTenant(TENANT);
  await directory.createDomain({ domain: 'x.test', tenantId: 't1', catchAllUserId: null, enabled: true });
  let made = 0;

  async function add(
    local: string,
    displayName: string,
    attributes: Partial<PersonAttributes> = {},
    photoBytes?: number,
  ): Promise<User> {
    const user: User = {
      userId: `u${++made}`,
      tenantId: 't1',
      address: `${local}@x.test`,
      displayName,
      status: 'active',
      quotaBytes: null,
      createdAt: 0,
    };
    await directory.createUser(user);
    await directory.setPersonAttributes('t1', user.userId, { ...NO_ATTRIBUTES, ...attributes });
    if (photoBytes !== undefined) {
      const key = `photos/t1/${user.userId}/1`;
      await photos.put(key, new Uint8Array(photoBytes).fill(7), 'image/png');
      await directory.setPersonPhoto('t1', user.userId, { key, mediaType: 'image/png', size: photoBytes });
    }
    return user;
  }

  const owner = await add('owner', 'Owner');
  const ref = { tenantId: 't1', mailboxId: owner.userId, shard: 'MAIL_1' };
  const mailbox: MailboxStore = mail.mailbox(ref);
  await mailbox.create(0);

  /** An event in the calendar of somebody, times in UTC. */
  async function book(
    user: User,
    start: string,
    duration: string,
    over: Partial<CalendarEvent> = {},
    folder = 'calendar',
  ): Promise<string> {
    const box = mail.mailbox({ ...ref, mailboxId: user.userId });
    await box.create(0);
    const itemId = `event-${++made}`;
    const document: CalendarEvent = {
      ...{ '@type': 'Event', uid: itemId, updated: '2010-01-01T00:00:00Z', title: itemId },
      ...{ start, duration, timeZone: 'Etc/UTC', ...over },
    };
    const folderId = (await box.folderByRole('calendar'))?.folderId ?? '';
    await box.putItem({
      ...{ itemId, kind: 'event', document, facts: pimFacts('event', document) },
      folderId: folder === 'calendar' ? folderId : folder,
    });
    return itemId;
  }

  /** The parts of a context that these commands use. */
  function context(version: Version = '16.1', body: EasContext['body'] = null): EasContext {
    const services = {
      directory,
      photos,
      mail,
      search,
      now: () => Date.UTC(2026, 10, 1),
    } as unknown as Services;
    return {
      services,
      principal: { tenant: TENANT, user: owner },
      ref,
      mailbox,
      version,
      body,
      query: { deviceId: 'DEVICE1', deviceType: 'Test' },
      log: { warn: () => undefined },
      userAgent: '',
    } as unknown as EasContext;
  }

  return { directory, photos, mail, search, mailbox, add, book, context, owner, ref };
}
