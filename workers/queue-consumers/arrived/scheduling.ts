import { ownerOf } from '../../../core/automatic/own-addresses.ts';
import { bookResource } from '../../../core/scheduling/book.ts';
import { binMeeting } from '../../../core/scheduling/calendar-store.ts';
import type { MeetingMail } from '../../../core/scheduling/meeting-mail.ts';
import { readMeeting } from '../../../core/scheduling/read-calendar.ts';
import { RESOURCE_SETTING, readResource } from '../../../core/scheduling/resource.ts';
import { takeMeeting } from '../../../core/scheduling/take.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { refOf } from './read-arrived.ts';
import { tellDelegates } from './tell-delegates.ts';

/** Invitations and answers: the calendar follows what the message says, if it may. */
export async function schedule(services: Services, arrived: Arrived): Promise<void> {
  const { job, message } = arrived;
  if (message === null || message.meeting === null) return;
  const ref = refOf(job);
  const mailbox = services.mail.mailbox(ref);
  // What its owner has thrown away meanwhile has been answered, or is not wanted.
  if ((await mailbox.folderByRole('deleted'))?.folderId === message.folderId) return;
  const owner = await ownerOf(services.directory, ref);
  // What its owner put there is no arrival.
  if (owner === null || (await arrived.envelope()) === null) return;
  const itip = await readMeeting(services.blobs, mailbox, message);
  if (itip === null) return;
  const { correlationId } = job;
  const writer = { from: message.from.map(({ address }) => address), verdict: message.verdict };
  const mail: MeetingMail = { ref, mailbox, correlationId, owner, message, writer };
  const taken = await takeMeeting(services, mail, itip);
  const fields = { correlationId, mailboxId: ref.mailboxId, itemId: job.itemId, method: itip.method };
  if (taken.kind === 'ignored') services.log.info('meeting.ignored', { ...fields, why: taken.why });
  else services.log.info('meeting.taken', { ...fields, eventId: taken.itemId });
  if (itip.method !== 'REQUEST' && itip.method !== 'CANCEL') return;
  // A repeat may be one of an attempt that went no further.
  if (taken.kind === 'taken' || taken.why === 'nothing new') await tellDelegates(services, mail, itip);
  const setting = await services.directory.getUserSetting(ref.tenantId, ref.mailboxId, RESOURCE_SETTING);
  const resource = readResource(setting);
  // A repeat, or one that was placed by an attempt that went no further, may still be without an answer.
  if (resource?.autoAccept !== true || (taken.kind === 'ignored' && taken.why !== 'nothing new')) return;
  if (itip.method === 'REQUEST') await bookResource(services, mail, itip.facts, resource);
  // Nobody reads the mail of a room.
  await binMeeting(services, mail, message);
}
