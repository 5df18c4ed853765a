import { answerOutOfOffice } from '../../../core/automatic/out-of-office.ts';
import { OOF_SETTING, oofActive, readOof } from '../../../core/people/oof.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { readArrived, refOf } from './read-arrived.ts';

export async function outOfOffice(services: Services, arrived: Arrived): Promise<void> {
  const { job, message } = arrived;
  // A null return path is the most frequent reason to be silent, and costs nothing to see.
  if (message === null || arrived.envelope.mailFrom === '') return;
  const mailbox = services.mail.mailbox(refOf(job));
  const oof = readOof(await mailbox.getSetting(OOF_SETTING));
  if (!oofActive(oof, services.now())) return;
  const mail = await readArrived(services, arrived);
  if (mail === null) return;
  const junk = await mailbox.folderByRole('junk');
  const inJunk = junk?.folderId === message.folderId;
  await answerOutOfOffice(services, mail, { oof, inJunk });
}
