import { meetingDelegates } from '../../../core/access/folder-access.ts';
import type { NewMessage } from '../../../core/mail/types.ts';
import { goesToDelegates } from '../../../core/scheduling/delegates.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrival } from './index.ts';

/** An invitation that delegates get as well says so to the devices of its owner. */
export async function noteDelegates(services: Services, { message, ref }: Arrival): Promise<NewMessage> {
  const { meeting = null, folderRole } = message;
  if (meeting === null || folderRole === 'junk' || !goesToDelegates(meeting)) return message;
  const delegates = await meetingDelegates(services, ref);
  return delegates.length === 0 ? message : { ...message, meeting: { ...meeting, delegated: true } };
}
