import * as z from 'zod';
import { SHARE_LEVELS, shareLevelOf } from '../../../core/access/folder-access.ts';
import { zoneOf } from '../../../core/calendar/index.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { User } from '../../../core/identity/types.ts';
import type { Folder, MailboxRef } from '../../../core/mail/types.ts';
import { readWorkingHours, WORKING_HOURS_SETTING } from '../../../core/people/working-hours.ts';
import { EVERYBODY } from '../../../core/ports/acl.ts';
import type { CalendarShareView, ShareCalendar, WorkingHoursView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';

const folder = z.string().min(1).max(255).optional();
export const shareBody = z.strictObject({
  level: z.enum(['none', 'freebusy', 'detail', 'read', 'edit', 'delegate']),
  folder,
}) satisfies z.ZodType<ShareCalendar>;
export const unshareQuery = z.strictObject({ folder });
const minute = z.number().int().min(0).max(1440);
export const hoursBody = z.strictObject({
  days: z.array(z.enum(['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'])).max(7),
  start: minute,
  end: minute,
  timeZone: z.string().min(1).max(100),
}) satisfies z.ZodType<WorkingHoursView>;

/** In the place of an address: everybody of the tenant who has no share of their own. */
const EVERYBODY_NAME = 'everybody';

/** Who may see or edit whose calendars, and when people are at work. */
export const addCalendarRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail } = services;

  async function ownerOf(address: string): Promise<{ user: User; ref: MailboxRef; folders: Folder[] }> {
    const { tenant, user } = await requireUser(directory, address);
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const mailbox = mail.mailbox(ref);
    await mailbox.create(services.now());
    const folders = (await mailbox.folders()).filter((one) => one.itemClass === 'Calendar');
    return { user, ref, folders };
  }

  function calendarOf(folders: readonly Folder[], wanted: string | undefined): Folder {
    const found =
      wanted === undefined
        ? folders.find((one) => one.role === 'calendar')
        : (folders.find((one) => one.folderId === wanted) ??
          folders.find((one) => one.displayName.toLowerCase() === wanted.toLowerCase()));
    if (found === undefined) throw new NotFoundError('the user has no such calendar');
    return found;
  }

  async function granteeOf(owner: User, name: string): Promise<string> {
    if (name.toLowerCase() === EVERYBODY_NAME) return EVERYBODY;
    const { user } = await requireUser(directory, name);
    // A grant across tenants would make one tenant's calendar another's (I25).
    if (user.tenantId !== owner.tenantId) throw new InvalidInputError('they are of different tenants');
    if (user.userId === owner.userId) throw new ConflictError('the calendar is their own');
    return user.userId;
  }

  async function shares(address: string): Promise<{ items: CalendarShareView[]; cursor: null }> {
    const { user, ref, folders } = await ownerOf(address);
    const items: CalendarShareView[] = [];
    for (const { folderId, granteeId, rights } of await mail.mailbox(ref).grants()) {
      const calendar = folders.find((one) => one.folderId === folderId);
      const grantee =
        granteeId === EVERYBODY
          ? EVERYBODY_NAME
          : (await directory.getUser(user.tenantId, granteeId))?.user.address;
      if (calendar === undefined || grantee === undefined) continue;
      const level = shareLevelOf(rights);
      items.push({ owner: user.address, folderId, folder: calendar.displayName, grantee, level, rights });
    }
    return { items, cursor: null };
  }

  app.get('/users/:address/calendar-shares', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { items } = await shares(c.req.param('address'));
    return c.json(pageOf('calendar shares', items, (one) => [0, `${one.folderId} ${one.grantee}`], query));
  });

  app.put('/users/:address/calendar-shares/:grantee', async (c) => {
    const body = await readJson(c, shareBody);
    const { user, ref, folders } = await ownerOf(c.req.param('address'));
    const granteeId = await granteeOf(user, c.req.param('grantee'));
    const { folderId, role } = calendarOf(folders, body.folder);
    if (body.level === 'delegate' && (granteeId === EVERYBODY || role !== 'calendar')) {
      throw new InvalidInputError('a delegate is one user, and of the calendar into which invitations come');
    }
    await mail.mailbox(ref).putGrant({ folderId, granteeId, rights: [...SHARE_LEVELS[body.level]] });
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'calendar.share',
      resource: `user/${user.userId}`,
      details: { grantee: granteeId || EVERYBODY_NAME, level: body.level, folderId },
    });
    return c.json(await shares(user.address));
  });

  app.delete('/users/:address/calendar-shares/:grantee', async (c) => {
    const { folder: wanted } = readQuery(c, unshareQuery);
    const { user, ref, folders } = await ownerOf(c.req.param('address'));
    const granteeId = await granteeOf(user, c.req.param('grantee'));
    const { folderId } = calendarOf(folders, wanted);
    await mail.mailbox(ref).putGrant({ folderId, granteeId, rights: [] });
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'calendar.unshare',
      resource: `user/${user.userId}`,
      details: { grantee: granteeId || EVERYBODY_NAME, folderId },
    });
    return c.json(await shares(user.address));
  });

  app.get('/users/:address/working-hours', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    const value = await directory.getUserSetting(user.tenantId, user.userId, WORKING_HOURS_SETTING);
    return c.json<WorkingHoursView>(readWorkingHours(value));
  });

  app.put('/users/:address/working-hours', async (c) => {
    const body = await readJson(c, hoursBody);
    if (body.end < body.start) throw new InvalidInputError('the end is before the start');
    const timeZone = zoneOf(body.timeZone);
    if (timeZone === null) throw new InvalidInputError(`there is no time zone ${body.timeZone}`);
    const { user } = await requireUser(directory, c.req.param('address'));
    const hours = readWorkingHours({ ...body, timeZone });
    await directory.putUserSetting(user.tenantId, user.userId, WORKING_HOURS_SETTING, hours);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.working-hours',
      resource: `user/${user.userId}`,
      details: { days: hours.days.join(' '), start: hours.start, end: hours.end, timeZone: hours.timeZone },
    });
    return c.json<WorkingHoursView>(hours);
  });
};
