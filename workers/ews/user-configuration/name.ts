import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { USER_CONFIGURATION_LIMITS } from '../../../core/mail/user-configuration.ts';
import type { FolderRight } from '../../../core/ports/acl.ts';
import type { EwsContext } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { resolveFolder } from '../folders/resolve.ts';
import type { Box } from '../mailboxes.ts';

/** The configuration that a request names, with its folder; a root is a folder like any other here. */
export interface ConfigurationName {
  box: Box;
  folderId: string;
  name: string;
  /** Folders that configurations may be kept with. */
  folders: ReadonlySet<string>;
}

export async function readConfigurationName(
  context: EwsContext,
  element: XmlElement | null,
  right: FolderRight,
): Promise<ConfigurationName> {
  const name = element?.attributes['Name'] ?? '';
  if (name.trim() === '' || name.length > USER_CONFIGURATION_LIMITS.name) {
    throw new SchemaError('a configuration must have a Name of at most 237 characters.');
  }
  const { box, folderId } = await resolveFolder(context, element?.children[0], right);
  const folders = new Set((await box.folders()).map((folder) => folder.folderId));
  return { box, folderId, name, folders: new Set([...folders, 'root', 'msgfolderroot']) };
}
