import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, children } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('people, absence and the small operations over EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob', 'bobby'])
      await server.addUser(`${name}@people.example`, `secret-${name}-1`);
    await server.admin('POST', '/groups', { address: 'team@people.example', displayName: 'The Team' });
    await server.admin('PUT', '/groups/team%40people.example/members', {
      members: ['ann@people.example', 'zed@elsewhere.example'],
    });
    ann = ewsClient(server, 'ann@people.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const resolve = (text: string, more = 'ReturnFullContactData="true"') =>
    ann.call(`<m:ResolveNames ${more}><m:UnresolvedEntry>${text}</m:UnresolvedEntry></m:ResolveNames>`);
  const addresses = (answer: Awaited<ReturnType<typeof resolve>>) =>
    children(at(answer.messages[0] ?? null, 'ResolutionSet'), 'Resolution').map(
      (one) => at(one, 'Mailbox', 'EmailAddress')?.text,
    );

  it('finds one, several, or nobody', async () => {
    const one = await resolve('smtp:bob@people.example');
    expect([one.codes, addresses(one)]).toEqual([['NoError'], ['bob@people.example']]);
    expect(
      at(one.messages[0] ?? null, 'ResolutionSet', 'Resolution', 'Contact', 'EmailAddresses', 'Entry')?.text,
    ).toBe('bob@people.example');
    const exact = await resolve('bob');
    expect(addresses(exact)).toEqual(['bob@people.example']);
    const several = await resolve('bo');
    expect(several.codes).toEqual(['ErrorNameResolutionMultipleResults']);
    expect(several.messages[0]?.attributes['ResponseClass']).toBe('Warning');
    expect(addresses(several)).toEqual(['bob@people.example', 'bobby@people.example']);
    expect((await resolve('nobody')).codes).toEqual(['ErrorNameResolutionNoResults']);
    expect((await resolve('bob', 'ReturnFullContactData="false" SearchScope="Contacts"')).codes).toEqual([
      'ErrorNameResolutionNoResults',
    ]);
  });

  it('says who is in a group', async () => {
    const answer = await ann.ok(
      '<m:ExpandDL><m:Mailbox><t:EmailAddress>team@people.example</t:EmailAddress></m:Mailbox></m:ExpandDL>',
    );
    const members = children(at(answer.messages[0] ?? null, 'DLExpansion'), 'Mailbox');
    expect(members.map((one) => [at(one, 'EmailAddress')?.text, at(one, 'MailboxType')?.text])).toEqual([
      ['ann@people.example', 'Mailbox'],
      ['zed@elsewhere.example', 'OneOff'],
    ]);
    const none = await ann.call(
      '<m:ExpandDL><m:Mailbox><t:EmailAddress>bob@people.example</t:EmailAddress></m:Mailbox></m:ExpandDL>',
    );
    expect(none.codes).toEqual(['ErrorNameResolutionNoResults']);
  });

  it('finds people, and one of them again by the id that was given', async () => {
    const found = await ann.ok(
      '<m:FindPeople><m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:ParentFolderId><t:DistinguishedFolderId Id="directory"/></m:ParentFolderId><m:QueryString>bo</m:QueryString></m:FindPeople>',
    );
    const people = children(at(found.body, 'People'), 'Persona');
    expect(people.map((one) => at(one, 'EmailAddress', 'EmailAddress')?.text)).toEqual([
      'bob@people.example',
      'bobby@people.example',
    ]);
    const id = at(people[1] ?? null, 'PersonaId')?.attributes['Id'];
    const one = await ann.ok(`<m:GetPersona><m:PersonaId Id="${id}"/></m:GetPersona>`);
    expect(at(one.body, 'Persona', 'EmailAddress', 'EmailAddress')?.text).toBe('bobby@people.example');
  });

  it('keeps what is said while one is away, and tells it to those who write', async () => {
    const get =
      '<m:GetUserOofSettingsRequest><t:Mailbox><t:Address>ann@people.example</t:Address></t:Mailbox></m:GetUserOofSettingsRequest>';
    const before = await ann.call(get);
    expect(at(before.body, 'OofSettings', 'OofState')?.text).toBe('Disabled');
    const set = (settings: string, address = 'ann@people.example') =>
      ann.call(
        `<m:SetUserOofSettingsRequest><t:Mailbox><t:Address>${address}</t:Address></t:Mailbox><t:UserOofSettings>${settings}</t:UserOofSettings></m:SetUserOofSettingsRequest>`,
      );
    const ok = await set(
      '<t:OofState>Scheduled</t:OofState><t:ExternalAudience>Known</t:ExternalAudience><t:Duration><t:StartTime>2020-01-01T00:00:00Z</t:StartTime><t:EndTime>2100-01-01T00:00:00Z</t:EndTime></t:Duration><t:InternalReply><t:Message>&lt;b&gt;away&lt;/b&gt;</t:Message></t:InternalReply><t:ExternalReply><t:Message>gone</t:Message></t:ExternalReply>',
    );
    expect(at(ok.body, 'ResponseMessage', 'ResponseCode')?.text).toBe('NoError');
    const after = (await ann.call(get)).body;
    expect(['OofState', 'ExternalAudience'].map((name) => at(after, 'OofSettings', name)?.text)).toEqual([
      'Scheduled',
      'Known',
    ]);
    expect(at(after, 'OofSettings', 'InternalReply', 'Message')?.text).toBe('<b>away</b>');
    const tips = await ann.ok(
      '<m:GetMailTips><m:SendingAs><t:EmailAddress>bob@people.example</t:EmailAddress></m:SendingAs><m:Recipients><t:Mailbox><t:EmailAddress>ann@people.example</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>team@people.example</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>none@people.example</t:EmailAddress></t:Mailbox></m:Recipients><m:MailTipsRequested>All</m:MailTipsRequested></m:GetMailTips>',
    );
    const list = tips.messages.map((one) => at(one, 'MailTips'));
    expect(at(list[0] ?? null, 'OutOfOffice', 'ReplyBody', 'Message')?.text).toBe('<b>away</b>');
    expect([
      at(list[1] ?? null, 'TotalMemberCount')?.text,
      at(list[1] ?? null, 'ExternalMemberCount')?.text,
    ]).toEqual(['2', '1']);
    expect(at(list[2] ?? null, 'InvalidRecipient')?.text).toBe('true');
    await set(
      "<t:OofState>Enabled</t:OofState><t:ExternalAudience>None</t:ExternalAudience><t:InternalReply><t:Message>it's me</t:Message></t:InternalReply>",
    );
    expect(at((await ann.call(get)).body, 'OofSettings', 'InternalReply', 'Message')?.text).toBe("it's me");
    const wrong = await set('<t:OofState>Scheduled</t:OofState><t:ExternalAudience>All</t:ExternalAudience>');
    expect(at(wrong.body, 'ResponseMessage', 'ResponseCode')?.text).toBe('ErrorInvalidScheduledOofDuration');
    const other = await set(
      '<t:OofState>Enabled</t:OofState><t:ExternalAudience>All</t:ExternalAudience>',
      'bob@people.example',
    );
    expect(at(other.body, 'ResponseMessage', 'ResponseCode')?.text).toBe('ErrorAccessDenied');
  });

  it.each([
    '<m:GetPasswordExpirationDate><m:MailboxSmtpAddress>ann@people.example</m:MailboxSmtpAddress></m:GetPasswordExpirationDate>',
    '<m:GetAppManifests/>',
    '<m:GetAppMarketplaceUrl/>',
    '<m:GetUserRetentionPolicyTags/>',
    '<m:GetServiceConfiguration><m:RequestedConfiguration><m:ConfigurationName>MailTips</m:ConfigurationName></m:RequestedConfiguration></m:GetServiceConfiguration>',
  ])('answers %.40s', async (request) => {
    expect((await ann.ok(request)).codes[0]).toBe('NoError');
  });

  it('lets nobody search the mailboxes of others', async () => {
    const answer = await ann.call(
      '<m:GetSearchableMailboxes><m:SearchFilter/><m:ExpandGroupMembership>false</m:ExpandGroupMembership></m:GetSearchableMailboxes>',
    );
    expect([answer.body.name, answer.codes]).toEqual([
      'GetSearchableMailboxesResponse',
      ['ErrorAccessDenied'],
    ]);
  });

  it('has no photo of one who gave none', async () => {
    const answer = await ann.call(
      '<m:GetUserPhoto><m:Email>bob@people.example</m:Email><m:SizeRequested>HR48x48</m:SizeRequested></m:GetUserPhoto>',
    );
    expect(answer.codes).toEqual(['ErrorItemNotFound']);
  });
});
