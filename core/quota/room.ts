import type { User } from '../identity/types.ts';
import type { MailboxRef } from '../mail/types.ts';
import { type Arrival, judgeArrival, type Limits, limitsFor, type QuotaServices } from './check.ts';

/** What is left of a mailbox while one request fills it. */
export interface Room {
  /** Whether so many bytes more fit; those that do are counted. */
  take(bytes: number): boolean;
  /** Whether one thing of this size may come in; nothing is counted. */
  judge(bytes: number): Arrival;
}

/** Reads limits and size once. Rejects when a store does not answer. */
export async function openRoom(
  services: QuotaServices,
  ref: MailboxRef,
  user: Pick<User, 'tenantId' | 'userId' | 'quotaBytes'>,
): Promise<Room> {
  const [limits, usage] = await Promise.all([limitsFor(services, user), services.mail.mailbox(ref).usage()]);
  let taken = 0;
  const judge = (bytes: number, user_: Limits['user']): Arrival => {
    const tenantRoom = limits.tenantRoom === null ? null : limits.tenantRoom - taken;
    return judgeArrival({ user: user_, tenantRoom }, usage.sizeBytes + taken, bytes);
  };
  return {
    take(bytes) {
      // The longest message is no measure of what is none.
      const fits = judge(bytes, { ...limits.user, maxMessageBytes: null }) === 'ok';
      if (fits) taken += bytes;
      return fits;
    },
    judge: (bytes) => judge(bytes, limits.user),
  };
}
