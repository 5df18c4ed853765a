import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('inbox rules of EWS', () => {
  let server: InProcess;
  let client: EwsClient;
  let tenantId: string;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob']) await server.addUser(`${name}@rules.example`, `secret-${name}-1`);
    const { items } = await server.admin<{ items: { tenantId: string }[] }>('GET', '/domains');
    tenantId = items[0]?.tenantId ?? '';
    client = ewsClient(server, 'ann@rules.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const admin = '/users/ann%40rules.example/rules';
  const stored = async () =>
    (await server.admin('GET', admin)) as { revision: number; rules: Record<string, unknown>[] };
  beforeEach(async () => {
    const { revision } = await stored();
    await server.admin('PUT', admin, { revision, rules: [] });
  });

  const list = async (): Promise<XmlElement[]> =>
    children(child((await client.ok('<m:GetInboxRules/>')).body, 'InboxRules'), 'Rule');
  const update = (operations: string) =>
    client.call(
      `<m:UpdateInboxRules><m:RemoveOutlookRuleBlob>true</m:RemoveOutlookRuleBlob><m:Operations>${operations}</m:Operations></m:UpdateInboxRules>`,
    );
  const rule = (name: string, priority: number, inner: string, id = '') =>
    `<t:Rule>${id === '' ? '' : `<t:RuleId>${id}</t:RuleId>`}<t:DisplayName>${name}</t:DisplayName><t:Priority>${priority}</t:Priority><t:IsEnabled>true</t:IsEnabled>${inner}</t:Rule>`;
  const create = (name: string, priority: number, inner: string) =>
    `<t:CreateRuleOperation>${rule(name, priority, inner)}</t:CreateRuleOperation>`;
  const set = (id: string, name: string, priority: number, inner: string) =>
    `<t:SetRuleOperation>${rule(name, priority, inner, id)}</t:SetRuleOperation>`;
  const strings = (name: string, ...values: string[]) =>
    `<t:${name}>${values.map((value) => `<t:String>${value}</t:String>`).join('')}</t:${name}>`;
  const addresses = (name: string, address: string) =>
    `<t:${name}><t:Address><t:EmailAddress>${address}</t:EmailAddress></t:Address></t:${name}>`;
  const READ = '<t:Actions><t:MarkAsRead>true</t:MarkAsRead></t:Actions>';
  const faults = ({ body }: EwsAnswer) =>
    children(child(body, 'RuleOperationErrors'), 'RuleOperationError').flatMap((one) =>
      children(child(one, 'ValidationErrors'), 'Error').map((error) => [
        ...[textOf(one, 'OperationIndex'), textOf(error, 'FieldURI'), textOf(error, 'ErrorCode')],
      ]),
    );

  it('keeps every condition, exception and action, and shows them as they were said', async () => {
    const predicates =
      strings('Categories', 'blue') +
      strings('ContainsBodyStrings', 'a &amp; b', 'c') +
      strings('ContainsHeaderStrings', 'X-Y') +
      strings('ContainsRecipientStrings', 'x.example') +
      strings('ContainsSenderStrings', 'boss') +
      strings('ContainsSubjectOrBodyStrings', 'now') +
      strings('ContainsSubjectStrings', 'urgent') +
      '<t:FlaggedForAction>FYI</t:FlaggedForAction>' +
      '<t:FromAddresses><t:Address><t:Name>z@x.example</t:Name><t:EmailAddress>z@x.example</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType></t:Address></t:FromAddresses>' +
      '<t:HasAttachments>true</t:HasAttachments><t:Importance>High</t:Importance>' +
      [
        ...['IsApprovalRequest', 'IsAutomaticForward', 'IsAutomaticReply', 'IsEncrypted', 'IsMeetingRequest'],
        ...[
          'IsMeetingResponse',
          'IsNDR',
          'IsPermissionControlled',
          'IsReadReceipt',
          'IsSigned',
          'IsVoicemail',
        ],
      ]
        .map((name) => `<t:${name}>true</t:${name}>`)
        .join('') +
      strings('ItemClasses', 'IPM.Note') +
      strings('MessageClassifications', 'Secret') +
      '<t:NotSentToMe>true</t:NotSentToMe><t:SentCcMe>true</t:SentCcMe><t:SentOnlyToMe>true</t:SentOnlyToMe>' +
      '<t:SentToAddresses><t:Address><t:Name>y@x.example</t:Name><t:EmailAddress>y@x.example</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType></t:Address></t:SentToAddresses>' +
      '<t:SentToMe>true</t:SentToMe><t:SentToOrCcMe>true</t:SentToOrCcMe><t:Sensitivity>Private</t:Sensitivity>' +
      '<t:WithinDateRange><t:StartDateTime>2026-01-01T00:00:00Z</t:StartDateTime><t:EndDateTime>2026-02-01T00:00:00Z</t:EndDateTime></t:WithinDateRange>' +
      '<t:WithinSizeRange><t:MinimumSize>1</t:MinimumSize><t:MaximumSize>2</t:MaximumSize></t:WithinSizeRange>';
    const junk = at(
      (
        await client.ok(
          '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="junkemail"/></m:FolderIds></m:GetFolder>',
        )
      ).messages[0] ?? null,
      'Folders',
      'Folder',
      'FolderId',
    )?.attributes['Id'];
    const folder = `<t:FolderId Id="${junk}"/>`;
    const someone = (name: string) =>
      `<t:${name}><t:Address><t:Name>Bob</t:Name><t:EmailAddress>bob@rules.example</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType></t:Address></t:${name}>`;
    const actions =
      strings('AssignCategories', 'red') +
      `<t:CopyToFolder>${folder}</t:CopyToFolder><t:Delete>true</t:Delete>` +
      someone('ForwardAsAttachmentToRecipients') +
      someone('ForwardToRecipients') +
      `<t:MarkImportance>Low</t:MarkImportance><t:MarkAsRead>true</t:MarkAsRead><t:MoveToFolder>${folder}</t:MoveToFolder><t:PermanentDelete>true</t:PermanentDelete>` +
      someone('RedirectToRecipients') +
      '<t:StopProcessingRules>true</t:StopProcessingRules>';
    const answer = await update(
      create(
        'All',
        1,
        `<t:Conditions>${predicates}</t:Conditions><t:Exceptions>${predicates}</t:Exceptions><t:Actions>${actions}</t:Actions>`,
      ),
    );
    expect([answer.codes, faults(answer)]).toEqual([['NoError'], []]);
    const said = await client.ok('<m:GetInboxRules/>');
    for (const wanted of [
      `<t:Conditions>${predicates}</t:Conditions>`,
      `<t:Exceptions>${predicates}</t:Exceptions>`,
      `<t:Actions>${actions}</t:Actions>`,
    ])
      expect(said.text).toContain(wanted);
    const [only] = (await stored()).rules;
    expect(only?.['conditions']).toMatchObject({
      categoriesContains: ['blue'],
      importance: 'high',
      fromAddresses: ['z@x.example'],
      withinSizeRange: { minimum: 1, maximum: 2 },
      isNDR: true,
    });
  });

  it('puts rules where their priority says, changes and deletes them', async () => {
    await update(create('one', 1, READ) + create('two', 2, READ) + create('zero', 1, READ));
    const names = async () =>
      (await list()).map((one) => [textOf(one, 'DisplayName'), textOf(one, 'Priority')]);
    expect(await names()).toEqual([
      ['zero', '1'],
      ['one', '2'],
      ['two', '3'],
    ]);
    const [zero, one] = (await list()).map((each) => textOf(each, 'RuleId') ?? '');
    const answer = await update(
      `${set(
        zero ?? '',
        'last',
        99,
        '<t:Conditions><t:SentToMe>true</t:SentToMe><t:SentCcMe>false</t:SentCcMe></t:Conditions><t:Actions><t:Delete>true</t:Delete></t:Actions>',
      )}<t:DeleteRuleOperation><t:RuleId>${one}</t:RuleId></t:DeleteRuleOperation>`,
    );
    expect(answer.codes).toEqual(['NoError']);
    expect(await names()).toEqual([
      ['two', '1'],
      ['last', '2'],
    ]);
    expect((await stored()).rules[1]).toMatchObject({
      ruleId: zero,
      conditions: { sentToMe: true },
      actions: { delete: true },
    });
  });

  it.each<[string, string, string, string]>([
    ['no name', create('', 1, READ), 'DisplayName', 'EmptyValueFound'],
    ['no action', create('x', 1, ''), 'Actions', 'MissingAction'],
    ['no priority', create('x', 0, READ), 'Priority', 'InvalidValue'],
    [
      'no such folder',
      create(
        'x',
        1,
        '<t:Actions><t:MoveToFolder><t:DistinguishedFolderId Id="publicfoldersroot"/></t:MoveToFolder></t:Actions>',
      ),
      'Action:MoveToFolder',
      'FolderDoesNotExist',
    ],
    [
      'a folder of contacts',
      create(
        'x',
        1,
        '<t:Actions><t:CopyToFolder><t:DistinguishedFolderId Id="contacts"/></t:CopyToFolder></t:Actions>',
      ),
      'Action:CopyToFolder',
      'InvalidFolderId',
    ],
    [
      'no address',
      create('x', 1, `<t:Actions>${addresses('ForwardToRecipients', 'nobody')}</t:Actions>`),
      'Action:ForwardToRecipients',
      'InvalidAddress',
    ],
    [
      'a template',
      create('x', 1, '<t:Actions><t:ServerReplyWithMessage Id="x"/></t:Actions>'),
      'Action:ServerReplyWithMessage',
      'UnsupportedRule',
    ],
    [
      'a text message',
      create('x', 1, `<t:Actions>${addresses('SendSMSAlertToRecipients', 'a@x.example')}</t:Actions>`),
      'Action:SendSMSAlertToRecipients',
      'UnsupportedRule',
    ],
    [
      'connected accounts',
      create('x', 1, `<t:Conditions>${strings('FromConnectedAccounts', 'x')}</t:Conditions>${READ}`),
      'Condition:FromConnectedAccounts',
      'UnsupportedRule',
    ],
    [
      'an empty text',
      create('x', 1, `<t:Exceptions>${strings('ContainsSubjectStrings', '')}</t:Exceptions>${READ}`),
      'Exception:ContainsSubjectStrings',
      'EmptyValueFound',
    ],
    [
      'a long text',
      create(
        'x',
        1,
        `<t:Conditions>${strings('ContainsBodyStrings', 'x'.repeat(300))}</t:Conditions>${READ}`,
      ),
      'Condition:ContainsBodyStrings',
      'StringValueTooBig',
    ],
    [
      'a range without ends',
      create('x', 1, `<t:Conditions><t:WithinSizeRange/></t:Conditions>${READ}`),
      'Condition:WithinSizeRange',
      'MissingRangeValue',
    ],
    [
      'a range backwards',
      create(
        'x',
        1,
        `<t:Conditions><t:WithinSizeRange><t:MinimumSize>3</t:MinimumSize><t:MaximumSize>2</t:MaximumSize></t:WithinSizeRange></t:Conditions>${READ}`,
      ),
      'Condition:WithinSizeRange',
      'InvalidSizeRange',
    ],
    ['an unknown rule', set('none', 'x', 1, READ), 'RuleId', 'RuleNotFound'],
    [
      'an id of its own',
      `<t:CreateRuleOperation>${rule('x', 1, READ, 'mine')}</t:CreateRuleOperation>`,
      'RuleId',
      'CreateWithRuleId',
    ],
  ])('refuses %s, and does nothing', async (_what, operation, field, code) => {
    const answer = await update(create('good', 1, READ) + operation);
    expect([answer.codes, faults(answer)]).toEqual([
      ['ErrorInboxRulesValidationError'],
      [['1', field, code]],
    ]);
    expect(await list()).toEqual([]);
  });

  it('lets nobody forward where the tenant does not', async () => {
    await server.admin('PUT', `/tenants/${tenantId}/forwarding`, { mode: 'internal' });
    const answer = await update(
      create('x', 1, `<t:Actions>${addresses('RedirectToRecipients', 'a@elsewhere.example')}</t:Actions>`),
    );
    expect([answer.codes, faults(answer)]).toEqual([
      ['ErrorInboxRulesValidationError'],
      [['0', 'Actions', 'UnsupportedAddress']],
    ]);
  });

  it('leaves alone what a rule does beyond the words of the protocol', async () => {
    const { revision } = await stored();
    await server.admin('PUT', admin, {
      revision,
      rules: [{ name: 'flags', conditions: { sentToMe: true }, actions: { flag: true, markAsRead: true } }],
    });
    const [shown] = await list();
    const id = textOf(shown ?? null, 'RuleId') ?? '';
    expect(textOf(shown ?? null, 'IsNotSupported')).toBe('true');
    const same = '<t:Conditions><t:SentToMe>true</t:SentToMe></t:Conditions>';
    expect((await update(set(id, 'renamed', 1, same + READ))).codes).toEqual(['NoError']);
    expect((await stored()).rules[0]).toMatchObject({
      name: 'renamed',
      actions: { markAsRead: true, flag: { status: 2 } },
    });
    const other = await update(set(id, 'renamed', 1, READ));
    expect(faults(other)).toEqual([['0', 'IsNotSupported', 'UnsupportedRule']]);
  });

  it('shows and changes nobody else\u2019s', async () => {
    const other = '<m:MailboxSmtpAddress>bob@rules.example</m:MailboxSmtpAddress>';
    expect((await client.call(`<m:GetInboxRules>${other}</m:GetInboxRules>`)).codes).toEqual([
      'ErrorAccessDenied',
    ]);
    const own = '<m:MailboxSmtpAddress>ann@rules.example</m:MailboxSmtpAddress>';
    expect((await client.call(`<m:GetInboxRules>${own}</m:GetInboxRules>`)).codes).toEqual(['NoError']);
  });
});
