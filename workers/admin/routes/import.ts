import * as z from 'zod';
import { FRAMES_TYPE, FrameError } from '../../../codecs/frames/index.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import { FOLDER_LIMITS } from '../../../core/mail/folders.ts';
import { saveRules } from '../../../core/rules/save.ts';
import { newId } from '../../../platform/ids.ts';
import type {
  ImportFolders,
  ImportFoldersView,
  ImportSettings,
  ImportView,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';
import { AdminError } from '../problem.ts';
import { importFolders } from '../transfer/import-folders.ts';
import { importStream } from '../transfer/import-stream.ts';
import { openIntake } from '../transfer/intake.ts';
import { TRANSFERRED_SETTINGS } from './export.ts';

/** Of one request; the longest item and its header fit. */
export const MAX_IMPORT_BODY = 48 * 1024 * 1024;

const id = z.string().min(1).max(64);
export const foldersBody = z.strictObject({
  folders: z
    .array(
      z.strictObject({
        folderId: id,
        parentId: id.nullable(),
        displayName: z.string().trim().min(1).max(FOLDER_LIMITS.name),
        role: z.string().max(64),
        itemClass: z.enum(['Email', 'Calendar', 'Contacts', 'Tasks', 'Notes']),
      }),
    )
    .max(FOLDER_LIMITS.folders),
}) satisfies z.ZodType<ImportFolders>;
export const settingsBody = z.strictObject({
  rules: z.array(z.unknown()).max(1000),
  settings: z.record(z.string(), z.unknown()),
}) satisfies z.ZodType<ImportSettings>;

/** Puts items into a mailbox: once each, however often they come. */
export const addImportRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail } = services;

  app.post('/users/:address/import/folders', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const { folders } = await readJson(c, foldersBody);
    const mailbox = mail.mailbox(ref);
    await mailbox.create(services.now());
    const folderIds = await importFolders(mailbox, folders);
    await audit({
      ...by(c),
      tenantId: ref.tenantId,
      action: 'user.import',
      resource: `user/${ref.mailboxId}`,
      details: { folders: folders.length },
    });
    const used = new Set(Object.values(folderIds));
    const untouched = (await mailbox.folders()).filter((f) => used.has(f.folderId) && f.contentModseq === 0);
    return c.json<ImportFoldersView>({ folderIds, untouched: untouched.map((f) => f.folderId) });
  });

  app.post('/users/:address/import', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    if (c.req.header('content-type') !== FRAMES_TYPE) {
      throw new AdminError('unsupported-media-type', `the body must be ${FRAMES_TYPE}`);
    }
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const correlationId = c.get('correlationId');
    const { intake, announce } = await openIntake(services, { ref, user, correlationId });
    try {
      return c.json<ImportView>(await importStream(intake, c.req.raw.body ?? new ReadableStream()));
    } catch (error) {
      if (error instanceof FrameError) throw new InvalidInputError(error.message);
      throw error;
    } finally {
      // What came in before a fault is there, and others hear of it.
      await announce();
    }
  });

  app.post('/users/:address/import/settings', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const { rules, settings } = await readJson(c, settingsBody);
    const mailbox = mail.mailbox(ref);
    const present = await mailbox.rules();
    if (present.rules.length === 0 && rules.length > 0) {
      await saveRules(services, ref, rules, { revision: present.revision, newId: () => newId() });
    }
    for (const name of TRANSFERRED_SETTINGS) {
      const value = settings[name];
      if (value !== undefined && (await mailbox.getSetting(name)) === null)
        await mailbox.putSetting(name, value);
    }
    return c.json({ rules: (await mailbox.rules()).rules.length });
  });
};
