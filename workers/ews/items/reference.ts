/**
 * A file that lies elsewhere (MS-OXWSATT 2.2.4.8): as a shortcut, which every program can open. The schema of the answers
 * has no place for it as what it is.
 */
import { EwsError } from '../errors.ts';
import type { NewFile } from './property.ts';

export function referenceFile(
  name: string,
  address: string,
): Pick<NewFile, 'name' | 'mediaType' | 'contentLocation' | 'isInline' | 'content'> {
  const given = address.trim();
  if (!/^https?:\/\/[\x21-\x7e]{1,900}$/i.test(given)) {
    throw new EwsError('ErrorInvalidArgument', 'AttachLongPathName must be an address of the web.');
  }
  return {
    ...{ name: `${name}.url`, mediaType: 'application/internet-shortcut', contentLocation: given },
    ...{ isInline: false, content: new TextEncoder().encode(`[InternetShortcut]\r\nURL=${given}\r\n`) },
  };
}
