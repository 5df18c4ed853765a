import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
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

  it('converts an id into another format and back', async () => {
    const id = Buffer.from('i|01m7zyt41b45jv5kc31y2sctx5|x').toString('base64');
    const other = await client.call(
      `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="${id}" Mailbox="${address}"/></m:SourceIds></m:ConvertId>`,
    );
    expect(other.codes).toEqual(['ErrorInvalidIdMalformed']);
    const dummy = await client.call(
      `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="DUMMY" Mailbox="${address}"/></m:SourceIds></m:ConvertId>`,
    );
    expect(dummy.codes).toEqual(['ErrorInvalidIdMalformed']);
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

  it('refuses to be somebody else', async () => {
    const answer = await client.call(
      '<m:GetFolder/>',
      '<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>bob@other.example</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>',
    );
    expect(answer.codes).toEqual(['ErrorImpersonateUserDenied']);
  });
});
