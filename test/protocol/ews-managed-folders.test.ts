import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('managed folders over EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  const ANN = 'ann@managed-ews.example';
  const BOB = 'bob@managed-ews.example';

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser(ANN, 'secret-ann-1');
    await server.addUser(BOB, 'secret-bob-1');
    ann = ewsClient(server, ANN, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  async function create(names: string[], mailbox = '') {
    const list = names.map((name) => `<t:FolderName>${name}</t:FolderName>`).join('');
    const { status, codes } = await ann.call(
      `<m:CreateManagedFolder><m:FolderNames>${list}</m:FolderNames>${mailbox}</m:CreateManagedFolder>`,
    );
    return [status, ...codes];
  }
  const of = (address: string) => `<m:Mailbox><t:EmailAddress>${address}</t:EmailAddress></m:Mailbox>`;

  it('are not there, by whatever name, in one message each', async () => {
    expect(await create(['Policies', 'Other'])).toEqual([
      200,
      'ErrorManagedFolderNotFound',
      'ErrorManagedFolderNotFound',
    ]);
    expect(await create(['Policies'], of(ANN))).toEqual([200, 'ErrorManagedFolderNotFound']);
  });

  it('are asked for with names that differ, and in a mailbox that one may change', async () => {
    expect(await create(['Policies', 'policies'])).toEqual([
      200,
      'ErrorDuplicateInputFolderNames',
      'ErrorDuplicateInputFolderNames',
    ]);
    expect(await create(['Policies'], '<m:Mailbox/>')).toEqual([200, 'ErrorNonExistentMailbox']);
    expect(await create(['Policies'], of('nobody@managed-ews.example'))).toEqual([
      200,
      'ErrorNonExistentMailbox',
    ]);
    expect(await create(['Policies'], of(BOB))).toEqual([200, 'ErrorItemNotFound']);
    expect(await create([])).toEqual([400, 'ErrorSchemaValidation']);
  });
});
