import { describe, expect, it } from 'vitest';
import type { WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { against, F, folders, inboxAdd } from '../../../test/clients/eas/scripted-client.ts';
import { folderSync, ProtocolViolation } from '../index.ts';

describe('FolderSync', () => {
  it.each<[string, WbxmlNode]>([
    [
      'a wrong Count',
      F('FolderSync', F('Status', 1), F('SyncKey', 'k'), F('Changes', F('Count', 2), inboxAdd())),
    ],
    ['one ServerId twice', folders(inboxAdd(), inboxAdd())],
    ['a parent that is unknown', folders(inboxAdd('1', '9'))],
    ['no Inbox', folders()],
    ['the key 0', F('FolderSync', F('Status', 1), F('SyncKey', '0'), F('Changes', F('Count', 0)))],
    [
      'deletes on the key 0',
      F(
        'FolderSync',
        F('Status', 1),
        F('SyncKey', 'k'),
        F('Changes', F('Count', 1), F('Delete', F('ServerId', '3'))),
      ),
    ],
  ])('must not bring %s', async (_, reply) => {
    const { client } = await against(reply);
    await expect(folderSync(client)).rejects.toThrow(ProtocolViolation);
  });
});
