import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_FOLDERS = 100;

/**
 * CreateManagedFolder (MS-OXWSFOLD 3.1.4.3). Managed folders are made of definitions of an administrator, of which there
 * are none here, so that no name is one of them; what is wrong with the request itself is said first.
 */
export const createManagedFolder: Operation = async (request, context) => {
  const names = children(child(request, 'FolderNames'), 'FolderName').map((one) => one.text);
  if (names.length === 0 || names.length > MAX_FOLDERS) {
    throw new SchemaError('FolderNames must hold 1 to 100 names.');
  }
  const mailbox = child(request, 'Mailbox');
  const twice = new Set(names.map((name) => name.toLowerCase())).size < names.length;
  return eachMessage(context, 'CreateManagedFolderResponseMessage', names, async () => {
    if (twice) throw new EwsError('ErrorDuplicateInputFolderNames', 'A name stands twice in the request.');
    if (mailbox !== null) {
      const address = textOf(mailbox, 'EmailAddress') ?? '';
      if (address === '') throw new EwsError('ErrorNonExistentMailbox', 'The e-mail address is empty.');
      const box = await context.open({ address });
      if (!box.own) await box.demand('', 'folder');
    }
    throw new EwsError('ErrorManagedFolderNotFound', 'There is no managed folder of this name.');
  });
};
