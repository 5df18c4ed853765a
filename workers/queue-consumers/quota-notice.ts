import type { User } from '../../core/identity/types.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import { type Limits, limitsFor } from '../../core/quota/check.ts';
import { dueNotice, NOTICE_SETTING, noticeText, readNotice } from '../../core/quota/notice.ts';
import { levelOf } from '../../core/quota/settings.ts';
import type { Services } from '../../platform/services.ts';
import { placeSystemMessage } from './system-message.ts';

const DAY = 24 * 60 * 60 * 1000;

type Noticing = Pick<Services, 'directory' | 'mail' | 'blobs' | 'queues' | 'log' | 'now'>;

/** Tells a user that the mailbox has crossed a mark, once for each mark and day. */
export async function noticeQuota(
  services: Noticing,
  ref: MailboxRef,
  user: User,
  correlationId: string,
  limits?: Limits,
): Promise<void> {
  const marks = (limits ?? (await limitsFor(services, user))).user;
  if (marks.warn === null && marks.stopSending === null && marks.stopReceiving === null) return;
  const mailbox = services.mail.mailbox(ref);
  const { sizeBytes, exists } = await mailbox.usage();
  const level = levelOf(marks, sizeBytes);
  if (!exists || level === 'none') return;
  const now = services.now();
  const due = dueNotice(level, readNotice(await mailbox.getSetting(NOTICE_SETTING)), now);
  if (due === null) return;
  const at = due.day * DAY;
  await placeSystemMessage(services, {
    ...{ ref, to: user.address, at, correlationId },
    itemId: await derivedId(at, ref.mailboxId, 'quota-notice', level),
    ...noticeText(level, sizeBytes, marks),
  });
  await mailbox.putSetting(NOTICE_SETTING, due);
  services.log.info('quota.noticed', { ...ref, level, sizeBytes, correlationId });
}
