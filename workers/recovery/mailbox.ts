import { capture } from '../../core/archive/capture.ts';
import { type MailboxPosition, rebuildMailboxStep } from '../../core/archive/rebuild-mailbox.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { ArchivedFolder, MessageLine, RestoredMessage } from '../../core/ports/archive.ts';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { StepOptions, Tally } from './step.ts';

/** Raws up to this size are held in memory several at a time. */
const SMALL_BYTES = 1024 * 1024;

/** One step of one mailbox. At its end what the mailbox's devices believe of it is forgotten, and it is written down. */
export async function rebuildMailbox(
  services: Services,
  ref: MailboxRef,
  position: MailboxPosition,
  { limit, force = false, dryRun = false, unparsed = false }: StepOptions,
): Promise<{ next: MailboxPosition | null; tally: Partial<Tally> }> {
  const { objects, now } = services;
  const archive = services.archive.mailbox(ref);
  const recall = (lines: readonly MessageLine[]) => recallAll(services, ref, lines, unparsed);
  const ports = { archive, objects, now, recall };
  const step = await rebuildMailboxStep(ports, position, { limit, force, dryRun });
  for (const itemId of step.lost) services.log.error('rebuild.raw-missing', { ...ref, itemId });
  if (!dryRun && step.outcome === 'done') {
    await dropOthers(services, ref, step.folders);
    await services.mail.mailbox(ref).recount();
    await capture({ archive, objects, now });
    await forgetDevices(services, ref);
  }
  const { restored, unchanged, people, removed, lost, damaged, writtenAt, outcome } = step;
  return {
    next: step.next,
    tally: {
      ...{ restored: restored.length, unchanged, people, removed, lost, damaged },
      mailboxes: step.next === null ? 1 : 0,
      intact: outcome === 'intact' ? 1 : 0,
      writtenAt: writtenAt === 0 ? null : writtenAt,
    },
  };
}

/**
 * Folders that a database of an earlier time has and that went since. By now nothing is in them; where something is, it
 * came there in a way that was never written down, and stays.
 */
async function dropOthers(
  services: Services,
  ref: MailboxRef,
  wanted: readonly ArchivedFolder[] | null,
): Promise<void> {
  if (wanted === null) return;
  const mailbox = services.mail.mailbox(ref);
  const ids = new Set(wanted.map((folder) => folder.folderId));
  const others = (await mailbox.folders()).filter((f) => f.role === 'user' && !ids.has(f.folderId));
  const full = new Set<string>();
  for (const { folderId } of others) {
    if ((await mailbox.snapshot(folderId, 0, null, 1)).length > 0) full.add(folderId);
  }
  const holdsSome = (folderId: string): boolean =>
    full.has(folderId) || others.some((f) => f.parentId === folderId && holdsSome(f.folderId));
  const empty = others.filter(({ folderId }) => !holdsSome(folderId)).map((f) => f.folderId);
  for (const folderId of empty) {
    // One that lay below another went with that.
    const { parentId } = others.find((f) => f.folderId === folderId) ?? { parentId: null };
    if (parentId === null || !empty.includes(parentId)) await mailbox.deleteFolder(folderId, services.now());
  }
}

/**
 * What a device was told before may be what the mailbox does not know any more: from its next request on it is told
 * everything anew (I17).
 */
async function forgetDevices(services: Services, ref: MailboxRef): Promise<void> {
  const devices = await services.directory.listDevices(ref.tenantId, ref.mailboxId);
  await mapBounded(devices, FAN_OUT, async ({ deviceId }) => {
    try {
      await services.wake.forget(ref, deviceId);
    } catch (error) {
      services.log.error('rebuild.device-not-reset', { ...ref, deviceId, error: describeError(error) });
    }
  });
}

async function recallAll(
  services: Services,
  ref: MailboxRef,
  lines: readonly MessageLine[],
  unparsed: boolean,
): Promise<(RestoredMessage['message'] | null)[]> {
  // A large raw waits until the one before it was read.
  let large: Promise<unknown> = Promise.resolve();
  return mapBounded(lines, FAN_OUT, async (line) => {
    const object = await services.blobs.open(line.rawKey);
    if (object === null || object.envelope === null) return null;
    const { envelope, size, stream } = object;
    // A line names only what was the mailbox's own (I25).
    if (envelope.tenantId !== ref.tenantId || envelope.mailboxId !== ref.mailboxId) {
      await stream.cancel();
      return null;
    }
    const read = async () => {
      const raw = new Uint8Array(await new Response(stream).arrayBuffer());
      return services.reader.recall(raw, line, envelope.role ?? 'inbox', { unparsed });
    };
    if (size <= SMALL_BYTES) return read();
    const turn = large.then(read, read);
    large = turn.catch(() => undefined);
    return turn;
  });
}
