import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

function itemOf(answer: EwsAnswer): XmlElement {
  const item = child(answer.messages[0] ?? null, 'Items')?.children[0];
  if (item === undefined) throw new Error(`no item\n${answer.text}`);
  return item;
}

const texts = (item: XmlElement, ...names: string[]) => names.map((name) => textOf(item, name));

describe('tasks of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@tasks.example', 'secret-ann-1');
    ann = ewsClient(server, 'ann@tasks.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const create = async (inner: string) => {
    const item = itemOf(
      await ann.ok(
        `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="tasks"/></m:SavedItemFolderId><m:Items><t:Task>${inner}</t:Task></m:Items></m:CreateItem>`,
      ),
    );
    return child(item, 'ItemId')?.attributes['Id'] ?? '';
  };
  const get = async (id: string) =>
    itemOf(
      await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      ),
    );
  const update = (id: string, changes: string) =>
    ann.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const set = (name: string, value: string) =>
    `<t:SetItemField><t:FieldURI FieldURI="task:${name}"/><t:Task><t:${name}>${value}</t:${name}></t:Task></t:SetItemField>`;

  it('keeps all that a client says of a task', async () => {
    const id = await create(
      '<t:Subject>Report</t:Subject><t:Importance>High</t:Importance><t:ReminderIsSet>false</t:ReminderIsSet><t:ReminderMinutesBeforeStart>0</t:ReminderMinutesBeforeStart><t:ActualWork>30</t:ActualWork><t:BillingInformation>Acme</t:BillingInformation><t:Companies><t:String>Acme</t:String><t:String>Bell</t:String></t:Companies>' +
        '<t:DueDate>2026-12-24T00:00:00Z</t:DueDate><t:Mileage>12</t:Mileage><t:PercentComplete>0</t:PercentComplete><t:StartDate>2026-12-20T00:00:00Z</t:StartDate><t:Status>WaitingOnOthers</t:Status><t:TotalWork>60</t:TotalWork>',
    );
    const task = await get(id);
    expect(texts(task, 'Subject', 'Importance', 'DueDate', 'StartDate', 'Status', 'PercentComplete')).toEqual(
      [...['Report', 'High', '2026-12-24T00:00:00Z', '2026-12-20T00:00:00Z', 'WaitingOnOthers', '0']],
    );
    expect(
      texts(task, 'ActualWork', 'BillingInformation', 'Mileage', 'TotalWork', 'IsComplete', 'Owner'),
    ).toEqual([...['30', 'Acme', '12', '60', 'false', 'ann@tasks.example']]);
    expect(child(task, 'Companies')?.children.map(({ text }) => text)).toEqual(['Acme', 'Bell']);
    expect((await update(id, set('PercentComplete', '50'))).codes).toEqual(['NoError']);
    expect(texts(await get(id), 'Status', 'PercentComplete')).toEqual(['WaitingOnOthers', '50']);
    expect((await update(id, set('Status', 'Completed'))).codes).toEqual(['NoError']);
    const done = await get(id);
    expect(texts(done, 'Status', 'PercentComplete', 'IsComplete')).toEqual(['Completed', '100', 'true']);
    expect(textOf(done, 'CompleteDate')).toMatch(/Z$/);
    expect((await update(id, set('Status', 'InProgress'))).codes).toEqual(['NoError']);
    expect(texts(await get(id), 'Status', 'IsComplete', 'CompleteDate')).toEqual([
      'InProgress',
      'false',
      null,
    ]);
  });

  it('takes MAPI properties for the fields that they are', async () => {
    const property = (uri: string, type: string, value: string) =>
      `<t:ExtendedProperty><t:ExtendedFieldURI ${uri} PropertyType="${type}"/><t:Value>${value}</t:Value></t:ExtendedProperty>`;
    const id = await create(
      property('PropertyTag="0x37"', 'String', 'todo') +
        property(
          'DistinguishedPropertySetId="Task" PropertyId="33029"',
          'SystemTime',
          '2026-12-05T00:00:00Z',
        ) +
        property(
          'DistinguishedPropertySetId="PublicStrings" PropertyName="urn:schemas:calendar:uid"',
          'String',
          'td1',
        ),
    );
    expect(texts(await get(id), 'Subject', 'DueDate')).toEqual(['todo', '2026-12-05T00:00:00Z']);
  });

  it('goes on with the next occurrence when one was completed', async () => {
    const id = await create(
      '<t:Subject>Water</t:Subject><t:DueDate>2026-12-01T00:00:00Z</t:DueDate><t:Recurrence><t:DailyRecurrence><t:Interval>7</t:Interval></t:DailyRecurrence><t:NoEndRecurrence><t:StartDate>2026-12-01</t:StartDate></t:NoEndRecurrence></t:Recurrence><t:StartDate>2026-12-01T00:00:00Z</t:StartDate>',
    );
    const before = await get(id);
    expect(texts(before, 'IsRecurring')).toEqual(['true']);
    expect(textOf(at(before, 'Recurrence', 'DailyRecurrence'), 'Interval')).toBe('7');
    expect((await update(id, set('Status', 'Completed'))).codes).toEqual(['NoError']);
    expect(texts(await get(id), 'Status', 'DueDate', 'IsRecurring')).toEqual([
      'NotStarted',
      '2026-12-08T00:00:00Z',
      'true',
    ]);
    const all = await ann.ok(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="tasks"/></m:ParentFolderIds></m:FindItem>',
    );
    const water = (at(all.messages[0] ?? null, 'RootFolder', 'Items')?.children ?? []).filter(
      (one) => textOf(one, 'Subject') === 'Water',
    );
    expect(water.map((one) => textOf(one, 'Status')).sort()).toEqual(['Completed', 'NotStarted']);
  });

  it('refuses what only the server sets', async () => {
    const refused = await ann.call(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Task><t:Subject>x</t:Subject><t:DelegationState>Owned</t:DelegationState></t:Task></m:Items></m:CreateItem>',
    );
    expect(refused.codes).toEqual(['ErrorInvalidPropertySet']);
  });

  it('takes the last word on how far a task is, and the time at which its reminder is shown', async () => {
    const fresh = async (inner: string) =>
      ann.ok(
        `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Task><t:Subject>Walk</t:Subject>${inner}</t:Task></m:Items></m:CreateItem>`,
      );
    const read = async (answer: Awaited<ReturnType<typeof fresh>>) => {
      const id = /<t:ItemId Id="([^"]+)"/.exec(answer.text)?.[1] ?? '';
      const { text } = await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      );
      return ['Status', 'PercentComplete', 'CompleteDate', 'ReminderNextTime'].map(
        (name) => new RegExp(`<t:${name}>([^<]*)<`).exec(text)?.[1] ?? null,
      );
    };
    const done =
      '<t:CompleteDate>2026-11-20T00:00:00Z</t:CompleteDate><t:PercentComplete>100</t:PercentComplete>';
    expect(await read(await fresh(`${done}<t:Status>NotStarted</t:Status>`))).toEqual([
      ...['NotStarted', '0', null, null],
    ]);
    expect(
      await read(await fresh('<t:PercentComplete>50</t:PercentComplete><t:Status>NotStarted</t:Status>')),
    ).toEqual([...['NotStarted', '0', null, null]]);
    expect(
      await read(
        await fresh(
          '<t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderNextTime>2030-05-06T09:45:00Z</t:ReminderNextTime><t:StartDate>2030-05-06T00:00:00Z</t:StartDate>',
        ),
      ),
    ).toEqual(['NotStarted', '0', null, '2030-05-06T09:45:00Z']);
  });
});
