import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../codecs/soap/read.ts';
import { NAMESPACES } from '../../codecs/soap/write.ts';
import { encodeId } from '../../workers/ews/ids/id.ts';
import { type EwsClient, ewsClient, readAnswer } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('the transport of EWS', () => {
  let server: InProcess;
  let client: EwsClient;
  let address: string;

  beforeAll(async () => {
    server = await startInProcess();
    address = (await server.addUser('ann@transport.example', 'secret-ann-1')).address;
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  it('converts an id into another format and back, and says whose it is', async () => {
    const got = await client.ok(
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
    );
    const id = at(got.messages[0] ?? null, 'Folders', 'Folder', 'FolderId')?.attributes['Id'] ?? '';
    const convert = async (from: string, text: string, to: string) => {
      const answer = await client.ok(
        `<m:ConvertId DestinationFormat="${to}"><m:SourceIds><t:AlternateId Format="${from}" Id="${text}" Mailbox="who@ever.example"/></m:SourceIds></m:ConvertId>`,
      );
      const found = at(answer.messages[0] ?? null, 'AlternateId')?.attributes ?? {};
      expect(found['Mailbox']).toBe(address);
      return found['Id'] ?? '';
    };
    for (const format of ['EntryId', 'HexEntryId', 'StoreId', 'OwaId', 'EwsLegacyId']) {
      expect(await convert(format, await convert('EwsId', id, format), 'EwsId')).toBe(id);
    }
  });

  it('converts neither what is no id nor what belongs to nobody', async () => {
    const nobodys = encodeId({ kind: 'item', mailboxId: '01m7zyt41b45jv5kc31y2sctx5', itemId: 'x' });
    for (const [text, code] of [
      ['DUMMY', 'ErrorInvalidIdMalformed'],
      ['', 'ErrorInvalidIdEmpty'],
      [nobodys, 'ErrorNonExistentMailbox'],
    ] as const) {
      const answer = await client.call(
        `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="${text}" Mailbox="${address}"/></m:SourceIds></m:ConvertId>`,
      );
      expect(answer.codes).toEqual([code]);
    }
  });

  it('answers an operation that it does not have in its own terms', async () => {
    const answer = await client.call('<m:AddImGroup><m:DisplayName>x</m:DisplayName></m:AddImGroup>');
    expect([answer.status, answer.body.name, answer.codes]).toEqual([
      200,
      'AddImGroupResponse',
      ['ErrorInvalidOperation'],
    ]);
  });

  it('answers what is no operation by a fault', async () => {
    const answer = await client.call('<m:Nonsense/>');
    expect([answer.status, answer.body.name, answer.codes]).toEqual([
      400,
      'Fault',
      ['ErrorSchemaValidation'],
    ]);
  });

  it.each(['<m:GetFolder/>', ''])('refuses to be somebody else, with the body "%s"', async (body) => {
    const answer = await client.call(
      body,
      '<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>bob@other.example</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>',
    );
    expect(answer.codes).toEqual(['ErrorImpersonateUserDenied']);
  });

  it('lets one say that one is oneself', async () => {
    const root =
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';
    const as = (address: string) =>
      `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${address}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`;
    expect((await client.call(root, as(address.toUpperCase()))).codes).toEqual(['NoError']);
    const two = as(address).replace('</t:ConnectingSID>', '<t:SID>S-1-5</t:SID></t:ConnectingSID>');
    expect((await client.call(root, two)).codes).toEqual(['ErrorImpersonateUserDenied']);
  });

  it('tells times with milliseconds where the header asks for them', async () => {
    const made = await client.ok(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>2027-01-01T00:00:00Z</t:Subject></t:Message></m:Items></m:CreateItem>',
    );
    const id = /<t:ItemId Id="([^"]+)"/.exec(made.text)?.[1];
    const get = (header: string) =>
      client.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
        header,
      );
    const times = async (precision: string) =>
      [...(await get(precision)).text.matchAll(/>(\d{4}-\d\d-\d\dT[^<]+)</g)].map((match) => match[1]);
    const whole = await times('<t:DateTimePrecision>Seconds</t:DateTimePrecision>');
    expect([whole.length > 4, whole.some((time) => time?.includes('.'))]).toEqual([true, false]);
    const fine = await times('<t:DateTimePrecision>Milliseconds</t:DateTimePrecision>');
    // What is no time stays as it was written.
    expect(fine.filter((time) => !/\.\d{3}Z$/.test(time ?? ''))).toEqual(
      fine.filter((time) => time === '2027-01-01T00:00:00Z'),
    );
    expect(fine.length).toBe(whole.length);
  });

  const list = (more: Record<string, string>) =>
    server.fetch('/ews/EXCHANGE.asmx', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${address}:secret-ann-1`)}`, ...more },
      body: `<Envelope xmlns="${NAMESPACES.s}"><Body><FindFolder xmlns="${NAMESPACES.m}" Traversal="Deep"><FolderShape><BaseShape xmlns="${NAMESPACES.t}">AllProperties</BaseShape></FolderShape><ParentFolderIds><DistinguishedFolderId xmlns="${NAMESPACES.t}" Id="msgfolderroot"/></ParentFolderIds></FindFolder></Body></Envelope>`,
    });

  it('packs its answers for who takes them so', async () => {
    const plain = await list({});
    const packed = await list({ 'accept-encoding': 'gzip, deflate' });
    expect([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')]).toEqual([
      null,
      'gzip',
    ]);
    expect((await readAnswer(packed.status, await packed.text())).codes).toEqual(['NoError']);
    expect(await plain.text()).toContain('Inbox');
  });

  it('gives a program its id back when it asks for it, and nothing that is no id', async () => {
    const said = async (id: string, wanted: string) =>
      (await list({ 'client-request-id': id, 'return-client-request-id': wanted })).headers.get(
        'client-request-id',
      );
    expect(await said('{0D5A-1}', 'true')).toBe('{0D5A-1}');
    expect(await said('{0D5A-1}', 'false')).toBeNull();
    expect(await said('x'.repeat(65), 'true')).toBeNull();
    expect((await list({})).headers.get('x-correlation-id')).toMatch(/^\w{20,}/);
  });

  it('shows a page to who looks with a browser, and takes no other method', async () => {
    const ask = (method: string) =>
      server.fetch('/EWS/Exchange.asmx', {
        method,
        headers: { authorization: `Basic ${btoa(`${address}:secret-ann-1`)}` },
      });
    const [get, head, put] = await Promise.all([ask('GET'), ask('HEAD'), ask('PUT')]);
    expect([get.status, head.status, put.status]).toEqual([200, 200, 405]);
    expect(get.headers.get('content-type')).toMatch(/^text\/html/);
    expect((await server.fetch('/EWS/Exchange.asmx')).headers.get('www-authenticate')).toMatch(/^Basic /);
  });
});
