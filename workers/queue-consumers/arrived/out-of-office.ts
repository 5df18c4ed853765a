import { answerOutOfOffice } from '../../../core/automatic/out-of-office.ts';
import { OOF_SETTING, oofActive, readOof } from '../../../core/people/oof.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { onceInBatch } from '../batch-memory.ts';
import { readArrived, refOf } from './read-arrived.ts';

export async function outOfOffice(services: Services, arrived: Arrived): Promise<void> {
  const { job, message } = arrived;
  if (message === null) return;
  const ref = refOf(job);
  const mailbox = services.mail.mailbox(ref);
  const setting = await onceInBatch(services, `oof ${JSON.stringify(ref)}`, () =>
    mailbox.getSetting(OOF_SETTING),
  );
  const oof = readOof(setting);
  if (!oofActive(oof, services.now())) return;
  // A null return path is the most frequent reason to be silent, and seen before the message is read.
  const mail = (await arrived.envelope())?.mailFrom ? await readArrived(services, arrived) : null;
  if (mail === null) return;
  const junk = await mailbox.folderByRole('junk');
  const inJunk = junk?.folderId === message.folderId;
  await answerOutOfOffice(services, mail, { oof, inJunk });
}
