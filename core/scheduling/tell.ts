/** Attendees are told what changed, each change at most once (I8, I16, I23). */
import { type Owner, ownerOf } from '../automatic/own-addresses.ts';
import { formatUtc } from '../calendar/time/civil.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import type { MailboxRef } from '../mail/types.ts';
import { pimFacts } from '../pim/facts.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { SchedulingJob } from '../ports/queues.ts';
import { type Announcement, isOwnMeeting, onlyToChanged, planAnnouncement, toldForm } from './announce.ts';
import type { EventItem } from './calendar-store.ts';
import { sameJson } from './equal.ts';
import { composeMeeting } from './message.ts';
import { organizerOf } from './people.ts';
import type { SchedulingServices } from './services.ts';
import { lastEndOf } from './timing.ts';
import { nextStamp, type Told, toldOf, toldSetting } from './told.ts';
import { UntoldError } from './untold.ts';

/**
 * Doing it again tells nobody anything twice. Rejects when another attempt is to be made, and with UntoldError when a
 * message was refused.
 */
export async function tellAttendees(services: SchedulingServices, job: SchedulingJob): Promise<void> {
  const { tenantId, mailboxId, shard, itemId } = job;
  const ref = { tenantId, mailboxId, shard };
  const mailbox = services.mail.mailbox(ref);
  const owner = await ownerOf(services.directory, ref);
  if (owner === null) return;
  const [found] = await mailbox.pimItems([itemId]);
  const item = found?.kind === 'event' ? found : null;
  const told = await toldOf(mailbox, itemId);
  const present = item === null || (await inBin(mailbox, item)) ? null : item;
  if (present !== null && !isOwnMeeting(present.document, owner.isSelf) && told === null) {
    await mailbox.announced(itemId, present.modseq);
    return;
  }
  const whole = planAnnouncement(told?.event ?? null, present?.document ?? null);
  const plan = whole !== null && job.onlyChanged === true ? onlyToChanged(told?.event ?? null, whole) : whole;
  const ended = present === null && told !== null && lastEndOf(told.event) < services.now();
  const at = nextStamp(told, services.now());
  let modseq = item?.modseq ?? 0;
  let said = 0;
  let refused: UntoldError | null = null;
  if (plan !== null && !ended) {
    if (present !== null) modseq = await noteVersion(services, ref, present, plan.event, job.correlationId);
    for (const [n, message] of plan.messages.entries()) {
      try {
        await send(services, { ref, owner, job, modseq, n, at }, message);
        said++;
      } catch (error) {
        if (!(error instanceof UntoldError && error.lasting)) throw error;
        refused = error;
      }
    }
  }
  // What nobody was told at all is still to be told.
  if (refused !== null && said === 0) throw refused;
  const known = present !== null && present.document.status !== 'cancelled' && plan !== null;
  const stamp = plan !== null && plan.messages.length > 0 ? at : told?.stamp;
  const kept = known ? { event: toldForm(plan.event), ...(stamp === undefined ? {} : { stamp }) } : null;
  await mailbox.putSetting(toldSetting(itemId), kept satisfies Told | null);
  if (item !== null) await mailbox.announced(itemId, modseq);
  if (refused !== null) throw refused;
}

/** What was thrown away does not take place, though it could be taken out again. */
async function inBin(mailbox: MailboxStore, { folderId }: EventItem): Promise<boolean> {
  return (await mailbox.folderByRole('deleted'))?.folderId === folderId;
}

/** Writes down what is about to be said, before anybody hears it: its number, and who is asked anew. modseq then. */
async function noteVersion(
  services: SchedulingServices,
  ref: MailboxRef,
  item: EventItem,
  event: CalendarEvent,
  correlationId: string,
): Promise<number> {
  const { sequence = 0, participants } = event;
  const { document: before } = item;
  if ((before.sequence ?? 0) === sequence && sameJson(before.participants, participants)) return item.modseq;
  const said = { ...before, sequence, ...(participants === undefined ? {} : { participants }) };
  const document = { ...said, updated: formatUtc(services.now()) };
  const { itemId, folderId } = item;
  const result = await services.mail
    .mailbox(ref)
    .putItem(
      { itemId, folderId, kind: 'event', document, facts: pimFacts('event', document) },
      { expect: item.modseq, announce: true },
    );
  if (result.outcome === 'tooLarge' || result.outcome === 'noFolder') throw new UntoldError('not-kept');
  if (result.outcome !== 'changed' && result.outcome !== 'present')
    throw new Error(`event: ${result.outcome}`);
  await services.queues.notify([
    { v: 1, ...ref, folderId: result.folderId, modseq: result.modseq, originDevice: null, correlationId },
  ]);
  return result.modseq;
}

interface Sending {
  ref: MailboxRef;
  owner: Owner;
  job: SchedulingJob;
  /** Of the version that is told. */
  modseq: number;
  n: number;
  /** When it is said, milliseconds since the epoch. */
  at: number;
}

async function send(
  services: SchedulingServices,
  { ref, owner, job, modseq, n, at }: Sending,
  { method, event, to }: Announcement,
): Promise<void> {
  const { tenantId, mailboxId } = ref;
  const { itemId, correlationId } = job;
  const sequence = String(event.sequence ?? 0);
  const version = [itemId, String(modseq), sequence, method, String(n), event.recurrenceId ?? ''];
  const submissionId = await submissionIdOf('scheduling', tenantId, mailboxId, ...version);
  const organizer = organizerOf(event);
  const address =
    organizer !== null && owner.isSelf(organizer.address) ? organizer.address : owner.user.address;
  const title = event.title ?? '';
  const raw = await composeMeeting(services.composer, {
    ...{ method, event, to },
    from: { name: owner.user.displayName, address },
    subject: method === 'CANCEL' ? `Canceled: ${title}` : title,
    messageId: `${submissionId.slice(0, 48)}@${address.slice(address.lastIndexOf('@') + 1)}`,
    at,
  });
  const sender = { ref, tenant: owner.tenant, user: owner.user };
  const result = await services.outbound.submit({
    ...{ submissionId, sender, raw, correlationId, via: 'meeting' },
    saveInSentItems: job.uncopied !== true,
  });
  const fields = { correlationId, mailboxId, itemId, method };
  if (result.kind !== 'refused') {
    services.log.info('scheduling.told', { ...fields, attendees: to.length });
    return;
  }
  services.log.warn('scheduling.refused', { ...fields, reason: result.reason });
  throw new UntoldError(result.reason);
}
