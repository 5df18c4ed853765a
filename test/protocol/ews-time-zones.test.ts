import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('time zones of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@zones.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  it('tells all zones of Windows, each with its standard period', async () => {
    const answer = await client.ok('<m:GetServerTimeZones/>');
    const zones = children(at(answer.messages[0] ?? null, 'TimeZoneDefinitions'), 'TimeZoneDefinition');
    expect(zones.length).toBeGreaterThan(130);
    expect(zones.map(({ attributes }) => attributes['Id'])).toContain('W. Europe Standard Time');
    for (const zone of zones) {
      const periods = children(at(zone, 'Periods'), 'Period');
      expect(periods.some(({ attributes }) => attributes['Name'] === 'Standard')).toBe(true);
    }
  });

  it('tells one zone whole, with the rules of the years in which they were others', async () => {
    const answer = await client.ok(
      '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>W. Europe Standard Time</t:Id><t:Id>Turkey Standard Time</t:Id><t:Id>UTC</t:Id><t:Id>Nowhere</t:Id></m:Ids></m:GetServerTimeZones>',
    );
    const [berlin, istanbul, utc, ...more] = children(
      at(answer.messages[0] ?? null, 'TimeZoneDefinitions'),
      'TimeZoneDefinition',
    );
    expect(more).toEqual([]);
    expect(
      children(at(berlin ?? null, 'Periods'), 'Period').map(({ attributes }) => attributes['Bias']),
    ).toEqual(['-PT1H', '-PT2H']);
    const [begins] = at(berlin ?? null, 'TransitionsGroups', 'TransitionsGroup')?.children ?? [];
    expect(
      ['TimeOffset', 'Month', 'DayOfWeek', 'Occurrence'].map((name) => textOf(begins ?? null, name)),
    ).toEqual(['PT2H', '3', 'Sunday', '-1']);
    expect(children(at(istanbul ?? null, 'TransitionsGroups'), 'TransitionsGroup').length).toBeGreaterThan(1);
    expect(utc?.attributes['Id']).toBe('UTC');
    expect(
      children(at(utc ?? null, 'Periods'), 'Period').map(({ attributes }) => attributes['Bias']),
    ).toEqual(['PT0S']);
  });

  it('tells names alone when no more is wanted', async () => {
    const answer = await client.ok(
      '<m:GetServerTimeZones ReturnFullTimeZoneData="false"><m:Ids><t:Id>Tokyo Standard Time</t:Id></m:Ids></m:GetServerTimeZones>',
    );
    const zone = at(answer.messages[0] ?? null, 'TimeZoneDefinitions', 'TimeZoneDefinition');
    expect([zone?.attributes['Name'], zone?.children.length]).toEqual([
      '(UTC+09:00) Tokyo, Dili, Jayapura, Palau',
      0,
    ]);
  });
});
