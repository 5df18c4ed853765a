import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const shape = (base: string, more = '') =>
  `<m:FolderShape><t:BaseShape>${base}</t:BaseShape>${more === '' ? '' : `<t:AdditionalProperties>${more}</t:AdditionalProperties>`}</m:FolderShape>`;
const distinguished = (...names: string[]) =>
  names.map((name) => `<t:DistinguishedFolderId Id="${name}"/>`).join('');
const getFolder = (ids: string, base = 'AllProperties', more = '') =>
  `<m:GetFolder>${shape(base, more)}<m:FolderIds>${ids}</m:FolderIds></m:GetFolder>`;

describe('folders of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@folders.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  /** The folder of each message, or its error. */
  async function folders(ids: string, base?: string, more?: string) {
    const { messages, codes } = await client.call(getFolder(ids, base, more));
    return messages.map((one, n) => children(one, 'Folders')[0]?.children[0] ?? codes[n]);
  }

  it('are found by their distinguished ids, each as what it is', async () => {
    const names = [
      'root',
      'msgfolderroot',
      'inbox',
      'sentitems',
      'calendar',
      'contacts',
      'tasks',
      'notes',
      'recipientcache',
    ];
    const found = await folders(distinguished(...names));
    const facts = found.map((one) =>
      typeof one !== 'object'
        ? one
        : [one.name, textOf(one, 'DistinguishedFolderId'), textOf(one, 'FolderClass')],
    );
    expect(facts).toEqual([
      ['Folder', 'root', 'IPF.Note'],
      ['Folder', 'msgfolderroot', 'IPF.Note'],
      ['Folder', 'inbox', 'IPF.Note'],
      ['Folder', 'sentitems', 'IPF.Note'],
      ['CalendarFolder', 'calendar', 'IPF.Appointment'],
      ['ContactsFolder', 'contacts', 'IPF.Contact'],
      ['TasksFolder', 'tasks', 'IPF.Task'],
      ['Folder', 'notes', 'IPF.StickyNote'],
      ['ContactsFolder', 'recipientcache', 'IPF.Contact.RecipientCache'],
    ]);
  });

  it('that no mailbox here has are not found, beside those that are', async () => {
    const { codes } = await client.call(
      getFolder(
        distinguished('inbox', 'archivemsgfolderroot', 'conversationhistory', 'drafts', 'quickcontacts'),
      ),
    );
    expect(codes).toEqual([
      'NoError',
      'ErrorFolderNotFound',
      'ErrorFolderNotFound',
      'NoError',
      'ErrorFolderNotFound',
    ]);
  });

  it('have their id alone when nothing else is asked for', async () => {
    const [inbox] = await folders(distinguished('inbox'), 'IdOnly');
    expect(typeof inbox === 'object' && inbox.children.map((one) => one.name)).toEqual(['FolderId']);
  });
});
