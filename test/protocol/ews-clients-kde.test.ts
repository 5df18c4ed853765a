import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACES } from '../../codecs/soap/write.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

/** Requests in the form that the EWS resource of KDE sends them: as of Exchange 2007 SP1. */
describe('KDE', () => {
  const password = 'secret-kai-1';
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('kai@kde.example', password);
    client = ewsClient(server, address, password);
  }, 60_000);
  afterAll(() => server.stop());

  const asOf = async (version: string, body: string) => {
    const response = await server.fetch('/EWS/Exchange.asmx', {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`kai@kde.example:${password}`)}`,
        'content-type': 'text/xml',
      },
      body:
        `<?xml version="1.0"?><soap:Envelope xmlns:soap="${NAMESPACES.s}" xmlns:m="${NAMESPACES.m}" xmlns:t="${NAMESPACES.t}">` +
        `<soap:Header><t:RequestServerVersion Version="${version}"/></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`,
    });
    expect(response.status).toBe(200);
    return response.text();
  };
  const folder = (base: string, more = '') =>
    `<m:GetFolder><m:FolderShape><t:BaseShape>${base}</t:BaseShape><t:AdditionalProperties>` +
    '<t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/><t:FieldURI FieldURI="folder:EffectiveRights"/>' +
    `<t:FieldURI FieldURI="folder:ParentFolderId"/>${more}</t:AdditionalProperties></m:FolderShape>` +
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>';

  it('sees nothing in the shapes of folders that its version of the schema has not', async () => {
    for (const version of ['Exchange2007', 'Exchange2007_SP1', 'Exchange2010', 'Exchange2010_SP2']) {
      for (const base of ['Default', 'AllProperties']) {
        const text = await asOf(version, folder(base));
        expect(text).toContain('<t:DisplayName>Calendar</t:DisplayName>');
        expect(text).not.toContain('DistinguishedFolderId');
      }
    }
    expect(await asOf('Exchange2013', folder('Default'))).toContain(
      '<t:DistinguishedFolderId>calendar</t:DistinguishedFolderId>',
    );
  });

  it('is given what it names all the same', async () => {
    const named = '<t:FieldURI FieldURI="folder:DistinguishedFolderId"/>';
    expect(await asOf('Exchange2007_SP1', folder('IdOnly', named))).toContain(
      '<t:DistinguishedFolderId>calendar</t:DistinguishedFolderId>',
    );
    await client.ok(folder('IdOnly', named));
  });
});
