import { FOLDER_RIGHTS, type FolderRight } from '../core/ports/acl.ts';

/** What is not understood gives nothing. */
export function readRights(text: string): FolderRight[] {
  const words = text.split(' ');
  return FOLDER_RIGHTS.filter((right) => words.includes(right));
}

export function writeRights(rights: readonly FolderRight[]): string {
  return FOLDER_RIGHTS.filter((right) => rights.includes(right)).join(' ');
}
