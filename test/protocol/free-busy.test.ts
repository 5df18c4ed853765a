import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { folder } from './item-operations.ts';
import { Phone } from './phone.ts';
import { collection, commands, sendSync } from './sync-request.ts';

const CALENDAR = '8';
const resolve = (name: string) => `ResolveRecipients:${name}`;

/** What one phone enters, others see as free and busy times (MS-ASCMD S13); and groups that mail comes for. */
describe('people of a tenant, over the wire', () => {
  let server: InProcess;
  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob', 'cid']) await server.addUser(`${name}@team.test`, 'a-password');
    await server.admin('POST', '/groups', {
      ...{ address: 'all@team.test', displayName: 'Everybody', senders: 'anyone' },
      members: ['ann@team.test', 'bob@team.test'],
    });
  });
  afterAll(() => server?.stop());

  const phoneOf = async (name: string) => new Phone(server, `${name}@team.test`, 'a-password').start();

  async function book(phone: Phone, id: string, ...more: WbxmlNode[]): Promise<void> {
    const calendar = folder(phone, CALENDAR);
    const { key } = await sendSync(phone, [collection(calendar, '0')]);
    const add = el(
      'AirSync:Add',
      el('AirSync:ClientId', id),
      el(
        'AirSync:ApplicationData',
        el('Calendar:StartTime', '20270301T100000Z'),
        el('Calendar:EndTime', '20270301T110000Z'),
        el('Calendar:Subject', 'Secret plan'),
        ...more,
      ),
    );
    const said = await sendSync(phone, [
      collection(calendar, key, el('AirSync:GetChanges', 1), commands(add)),
    ]);
    expect(said.responses('Add').map((answer) => textOf(answer, 'AirSync:Status'))).toEqual(['1']);
  }

  async function availability(phone: Phone, names: string[]) {
    const { root } = await phone.post(
      'ResolveRecipients',
      el(
        resolve('ResolveRecipients'),
        ...names.map((name) => el(resolve('To'), name)),
        el(
          resolve('Options'),
          el(
            resolve('Availability'),
            el(resolve('StartTime'), '2027-03-01T09:30:00.000Z'),
            el(resolve('EndTime'), '2027-03-01T11:30:00.000Z'),
          ),
        ),
      ),
    );
    expect(JSON.stringify(root)).not.toContain('Secret plan');
    return children(root ?? undefined, resolve('Response')).map((response) => {
      const found = child(child(response, resolve('Recipient')), resolve('Availability'));
      return [textOf(found, resolve('Status')), textOf(found, resolve('MergedFreeBusy'))];
    });
  }

  test('S13_TC10 S13_TC13 S13_TC15 S13_TC21 what a phone enters is busy for the others, as far as it is shared', async () => {
    const [ann, bob, cid] = [await phoneOf('ann'), await phoneOf('bob'), await phoneOf('cid')];
    await book(ann, 'e1', el('Calendar:BusyStatus', 2));
    await book(
      bob,
      'e2',
      el('Calendar:BusyStatus', 1),
      el('Calendar:Recurrence', el('Calendar:Type', 0), el('Calendar:Interval', 1)),
    );
    const asked = ['ann@team.test', 'bob@team.test', 'cid@team.test', 'Everybody'];
    expect(await availability(cid, asked)).toEqual([
      ['1', '0220'],
      ['1', '0110'],
      ['1', '0000'],
      ['1', '0220'],
    ]);
    await server.admin('PUT', '/users/ann@team.test/calendar-shares/everybody', { level: 'none' });
    expect(await availability(cid, asked)).toEqual([
      ['163', undefined],
      ['1', '0110'],
      ['1', '0000'],
      ['1', '0110'],
    ]);
    expect((await availability(ann, asked.slice(0, 1)))[0]).toEqual(['1', '0220']);
    await server.admin('PUT', '/users/ann@team.test/calendar-shares/cid@team.test', { level: 'freebusy' });
    expect((await availability(cid, asked.slice(0, 1)))[0]).toEqual(['1', '0220']);
  });

  test('mail for a group comes to its members, from outside and from inside, each once (I9)', async () => {
    const [ann, bob, cid] = [await phoneOf('ann'), await phoneOf('bob'), await phoneOf('cid')];
    const raw =
      'From: a@out.test\r\nTo: all@team.test, ann@team.test\r\nSubject: Outside\r\nMessage-ID: <o@out>\r\n\r\nx\r\n';
    for (const to of ['all@team.test', 'ann@team.test', 'all@team.test']) {
      expect(await server.email('a@out.test', to, raw)).toMatchObject({ outcome: 'ok' });
    }
    const mime = 'To: all@team.test, bob@team.test\r\nSubject: Inside\r\nMessage-ID: <i@team>\r\n\r\nx\r\n';
    const { bytes } = await cid.post(
      'SendMail',
      el(
        'ComposeMail:SendMail',
        el('ComposeMail:ClientId', 'm1'),
        el('ComposeMail:SaveInSentItems'),
        el('ComposeMail:Mime', new TextEncoder().encode(mime)),
      ),
    );
    expect(bytes).toHaveLength(0);
    await server.drain();
    for (const phone of [ann, bob]) {
      const { adds } = await phone.sync();
      expect(adds.map(({ data }) => textOf(data, 'Email:Subject')).sort()).toEqual(['Inside', 'Outside']);
    }
    expect((await cid.sync()).adds).toEqual([]);
    await server.admin('PATCH', '/groups/all@team.test', { senders: 'inside' });
    const refused = await server.email('a@out.test', 'all@team.test', raw);
    expect(refused.rejectReason).toContain('550 5.7.1');
  });
});
