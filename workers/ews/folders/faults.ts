import { ConflictError } from '../../../core/errors.ts';
import { FolderPlaceError } from '../../../core/folders/change.ts';
import { EwsError } from '../errors.ts';

const PLACES: Readonly<Record<FolderPlaceError['fault'], string>> = {
  'no-parent': 'ErrorParentFolderNotFound',
  server: 'ErrorAccessDenied',
  'bad-name': 'ErrorFolderSavePropertyError',
  'too-many': 'ErrorFolderSaveFailed',
  'too-deep': 'ErrorFolderSaveFailed',
  special: 'ErrorAccessDenied',
  'within-itself': 'ErrorMoveCopyFailed',
};

/**
 * What changes the folder tree, with its errors in the words of EWS.
 * @param special code for a folder that the mailbox needs as it is
 */
export async function changingFolders<T>(act: () => Promise<T>, special?: string): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ConflictError) {
      throw new EwsError('ErrorFolderExists', 'A folder with the specified name already exists.');
    }
    if (!(error instanceof FolderPlaceError)) throw error;
    const code = error.fault === 'special' && special !== undefined ? special : PLACES[error.fault];
    throw new EwsError(code, `The folder cannot be changed: ${error.message}.`);
  }
}
