import { child, textOf } from '../../../codecs/soap/read.ts';
import { NotFoundError } from '../../../core/errors.ts';
import { readUserConfiguration } from '../../../core/mail/user-configuration.ts';
import type { Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { encodeId } from '../ids/id.ts';
import { eachMessage } from '../response-messages.ts';
import { writeConfiguration } from '../user-configuration/content.ts';
import { readConfigurationName } from '../user-configuration/name.ts';

const PARTS = ['Id', 'Dictionary', 'XmlData', 'BinaryData', 'All'];

/** GetUserConfiguration (MS-OXWSUSRCFG 3.1.4.3). */
export const getUserConfiguration: Operation = async (request, context) =>
  eachMessage(context, 'GetUserConfigurationResponseMessage', [request], async () => {
    const wanted = (textOf(request, 'UserConfigurationProperties') ?? '').split(/\s+/);
    if (!wanted.every((part) => PARTS.includes(part))) {
      throw new SchemaError('UserConfigurationProperties is none of the schema.');
    }
    const named = child(request, 'UserConfigurationName');
    const { box, folderId, name } = await readConfigurationName(context, named, 'read');
    const found = await readUserConfiguration(box.store, folderId, name);
    if (found === null) throw new NotFoundError('no such configuration');
    const wants = (part: string) => wanted.includes('All') || wanted.includes(part);
    const { mailboxId } = box.ref;
    const id = encodeId({ kind: 'item', mailboxId, itemId: await configurationId(folderId, name) });
    return {
      UserConfiguration: {
        UserConfigurationName: {
          '@Name': name,
          FolderId: { '@Id': encodeId({ kind: 'folder', mailboxId, folderId }) },
        },
        ...(wants('Id') ? { ItemId: { '@Id': id } } : {}),
        ...writeConfiguration(found, wants),
      },
    };
  });

/** An id like that of an item, which no item has. */
async function configurationId(folderId: string, name: string): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([folderId, name.toLowerCase()]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `configuration-${Array.from(hash.subarray(0, 16), (b) => b.toString(16).padStart(2, '0')).join('')}`;
}
