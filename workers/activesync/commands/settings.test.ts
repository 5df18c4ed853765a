import { describe, expect, it } from 'vitest';
import {
  child,
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { peopleWorld } from '../../../test/support/people-world.worker.ts';
import type { Version } from '../http/versions.ts';
import { settings } from './settings.ts';

const read = (node: WbxmlNode) => decodeWbxml(encodeWbxml(node));

async function world() {
  const made = await peopleWorld();
  const send = async (properties: WbxmlNode[], version: Version = '16.1') => {
    const body = read(el('Settings:Settings', properties));
    const reply = await settings(made.context(version, body));
    if (reply.kind !== 'wbxml') throw new Error('no document');
    return read(reply.root);
  };
  const setOof = async (...parts: WbxmlNode[]) => {
    const answer = await send([el('Settings:Oof', el('Settings:Set', parts))]);
    expect(status(answer)).toBe('1');
    return textOf(child(answer, 'Settings:Oof'), 'Settings:Status');
  };
  const getOof = async (type = 'TEXT') => {
    const answer = await send([
      el('Settings:Oof', el('Settings:Get', type === '' ? null : el('Settings:BodyType', type))),
    ]);
    return child(child(answer, 'Settings:Oof'), 'Settings:Get');
  };
  return { ...made, send, setOof, getOof };
}

const status = (answer: WbxmlElement) => textOf(answer, 'Settings:Status');
const state = (value: number | string) => el('Settings:OofState', value);
const INTERNAL = 'Settings:AppliesToInternal';
const KNOWN = 'Settings:AppliesToExternalKnown';
const UNKNOWN = 'Settings:AppliesToExternalUnknown';

function message(applies: string[], enabled?: number | string, reply?: string, type?: string): WbxmlNode {
  return el(
    'Settings:OofMessage',
    applies.map((tag) => el(tag)),
    enabled === undefined ? null : el('Settings:Enabled', enabled),
    reply === undefined ? null : el('Settings:ReplyMessage', reply),
    type === undefined ? null : el('Settings:BodyType', type),
  );
}

function shown(get: WbxmlElement | undefined, applies: string) {
  const found = children(get, 'Settings:OofMessage').find((m) => child(m, applies) !== undefined);
  return [
    textOf(found, 'Settings:Enabled'),
    textOf(found, 'Settings:ReplyMessage'),
    textOf(found, 'Settings:BodyType'),
  ];
}

const times = (start: string | null, end: string | null) => [
  ...(start === null ? [] : [el('Settings:StartTime', start)]),
  ...(end === null ? [] : [el('Settings:EndTime', end)]),
];

describe('Settings: out of office', () => {
  it('S16_TC01 state 2 without times is taken', async () => {
    const { setOof, getOof } = await world();
    expect(await setOof(state(2))).toBe('1');
    expect(textOf(await getOof(), 'Settings:OofState')).toBe('2');
  });

  it('S16_TC03 one time without the other is Status 2 of the property', async () => {
    const { setOof } = await world();
    expect(await setOof(state(2), ...times('2026-11-01T00:00:00.000Z', null))).toBe('2');
    expect(await setOof(state(2), ...times(null, '2026-11-01T00:00:00.000Z'))).toBe('2');
    expect(await setOof(state(2), ...times('tomorrow', '2026-11-01T00:00:00.000Z'))).toBe('5');
    const [late, early] = ['2026-11-02T00:00:00.000Z', '2026-11-01T00:00:00.000Z'];
    expect(await setOof(state(2), ...times(late, early))).toBe('6');
  });

  it.each([
    ['S16_TC05', KNOWN],
    ['S16_TC06', UNKNOWN],
    ['S16_TC07 S16_TC08', INTERNAL],
  ])('%s a message comes back for its audience', async (_case, audience) => {
    const { setOof, getOof } = await world();
    expect(await setOof(state(2), message([audience], 1, 'Out of office', 'TEXT'))).toBe('1');
    const get = await getOof();
    expect(shown(get, audience)).toEqual(['1', 'Out of office', 'TEXT']);
    expect(children(get, 'Settings:OofMessage')).toHaveLength(3);
    for (const other of [INTERNAL, KNOWN, UNKNOWN].filter((tag) => tag !== audience)) {
      expect(shown(get, other)).toEqual(['0', undefined, undefined]);
    }
  });

  it('S16_TC08 a text needs its type, S16_TC09 a message without text needs none', async () => {
    const { setOof, getOof } = await world();
    await setOof(state(1), message([INTERNAL], 1, 'old', 'TEXT'));
    expect(await setOof(message([INTERNAL], 1, 'new'))).toBe('2');
    expect(shown(await getOof(), INTERNAL)).toEqual(['1', 'old', 'TEXT']);
    expect(await setOof(state(2), message([INTERNAL], 0))).toBe('1');
    expect(shown(await getOof(), INTERNAL)).toEqual(['0', undefined, undefined]);
  });

  it('S16_TC10 sets all three audiences, also in one element', async () => {
    const { setOof, getOof } = await world();
    const outside = [KNOWN, UNKNOWN].map((tag) => message([tag], 1, 'Call my mobile', 'TEXT'));
    expect(await setOof(state(2), message([INTERNAL], 1, 'Out of office', 'TEXT'), ...outside)).toBe('1');
    const get = await getOof();
    expect(shown(get, INTERNAL)).toEqual(['1', 'Out of office', 'TEXT']);
    expect(shown(get, KNOWN)).toEqual(['1', 'Call my mobile', 'TEXT']);
    expect(shown(get, UNKNOWN)).toEqual(['1', 'Call my mobile', 'TEXT']);
    expect(await setOof(state(0), message([INTERNAL, KNOWN, UNKNOWN], 1, undefined, 'TEXT'))).toBe('1');
    for (const audience of [INTERNAL, KNOWN, UNKNOWN]) {
      expect(shown(await getOof(), audience)).toEqual(['0', undefined, undefined]);
    }
  });

  it('S16_TC11 bad values are Status 5 and change nothing', async () => {
    const { setOof, getOof } = await world();
    await setOof(state(1));
    expect(await setOof(message([KNOWN], 1, 'Oof', 'InvalidValue'))).toBe('5');
    expect(await setOof(state(3))).toBe('5');
    expect(await setOof(state(''))).toBe('5');
    expect(await setOof(message([KNOWN], 'yes'))).toBe('5');
    expect(await setOof(message([KNOWN], 1, 'x'.repeat(70_000), 'TEXT'))).toBe('5');
    expect(await setOof(message([], 1))).toBe('2');
    expect(textOf(await getOof(), 'Settings:OofState')).toBe('1');
  });

  it('S16_TC12 different texts for outsiders, or two messages for one audience, are Status 6', async () => {
    const { setOof } = await world();
    const one = message([KNOWN], 1, 'one', 'TEXT');
    expect(await setOof(one, message([UNKNOWN], 1, 'two', 'TEXT'))).toBe('6');
    expect(await setOof(one, message([KNOWN], 1, 'one', 'TEXT'))).toBe('6');
    expect(await setOof(one, message([UNKNOWN], 1, 'one', 'TEXT'))).toBe('1');
  });

  it('a text that is switched off may differ from the one for other outsiders', async () => {
    const { setOof } = await world();
    const one = message([KNOWN], 1, 'one', 'TEXT');
    expect(await setOof(one, message([UNKNOWN], 0, 'two', 'TEXT'))).toBe('1');
  });

  it('S16_TC17 times without state 2 are taken and not stored', async () => {
    const { setOof, getOof } = await world();
    const both = times('2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z');
    expect(await setOof(state(1), ...both)).toBe('1');
    expect(textOf(await getOof(), 'Settings:StartTime')).toBeUndefined();
    expect(await setOof(state(2), ...both)).toBe('1');
    const get = await getOof();
    expect(textOf(get, 'Settings:StartTime')).toBe('2026-11-01T00:00:00.000Z');
    expect(get?.children.map((c) => c.tag.slice(9))).toEqual([
      'OofState',
      'StartTime',
      'EndTime',
      'OofMessage',
      'OofMessage',
      'OofMessage',
    ]);
  });

  it('gives texts in the format asked for', async () => {
    const { setOof, getOof, send } = await world();
    await setOof(
      message([INTERNAL], 1, '<p>Gone &amp; away</p>', 'HTML'),
      message([KNOWN], 1, 'a < b', 'text'),
    );
    expect(shown(await getOof('TEXT'), INTERNAL)).toEqual(['1', 'Gone & away', 'TEXT']);
    expect(shown(await getOof('HTML'), KNOWN)).toEqual(['1', 'a &lt; b', 'HTML']);
    expect(shown(await getOof(''), INTERNAL)).toEqual(['1', '<p>Gone &amp; away</p>', 'HTML']);
    const bad = await send([el('Settings:Oof', el('Settings:Get', el('Settings:BodyType', 'RTF')))]);
    expect(textOf(child(bad, 'Settings:Oof'), 'Settings:Status')).toBe('5');
  });
});

describe('Settings: the rest', () => {
  const getUser = el('Settings:UserInformation', el('Settings:Get'));

  it('S16_TC04 tells the addresses of the user, in accounts from 14.1 on', async () => {
    const { send, directory, owner } = await world();
    for (const [local, enabled] of [
      ['alias', true],
      ['off', false],
    ] as const) {
      const alias = { address: `${local}@x.test`, tenantId: 't1', userId: owner.userId, enabled };
      await directory.createAlias(alias);
    }
    const addresses = (e: WbxmlElement | undefined) =>
      children(child(e, 'Settings:EmailAddresses'), 'Settings:SMTPAddress').map((a) => a.text);
    const old = child(await send([getUser], '12.1'), 'Settings:UserInformation');
    expect(textOf(old, 'Settings:Status')).toBe('1');
    expect(addresses(child(old, 'Settings:Get'))).toEqual(['owner@x.test', 'alias@x.test']);
    const get = child(child(await send([getUser], '14.1'), 'Settings:UserInformation'), 'Settings:Get');
    const accounts = children(child(get, 'Settings:Accounts'), 'Settings:Account');
    expect(accounts).toHaveLength(1);
    expect(accounts[0]?.children.map((c) => c.tag)).toEqual(['Settings:EmailAddresses']);
    expect(addresses(accounts[0])).toEqual(['owner@x.test', 'alias@x.test']);
    expect(textOf(child(accounts[0], 'Settings:EmailAddresses'), 'Settings:PrimarySmtpAddress')).toBe(
      'owner@x.test',
    );
    expect(child(get, 'Settings:EmailAddresses')).toBeUndefined();
  });

  it('S16_TC13 answers in the order of the request', async () => {
    const { send } = await world();
    const oof = el('Settings:Oof', el('Settings:Get', el('Settings:BodyType', 'TEXT')));
    const order = async (...list: WbxmlNode[]) => (await send(list)).children.map((c) => c.tag.slice(9));
    expect(await order(oof, getUser)).toEqual(['Status', 'Oof', 'UserInformation']);
    expect(await order(getUser, oof)).toEqual(['Status', 'UserInformation', 'Oof']);
    expect(await order()).toEqual(['Status']);
  });

  it('S16_TC02 refuses a malformed request as a whole, with nothing done', async () => {
    const { send, getOof } = await world();
    const on = el('Settings:Oof', el('Settings:Set', state(1)));
    const malformed = [
      el('Settings:DevicePassword', el('Settings:Set')),
      el('Settings:DevicePassword'),
      el('Settings:Oof'),
      el('Settings:Oof', el('Settings:Get'), el('Settings:Set')),
      el('Settings:DeviceInformation', el('Settings:Get')),
      el('Settings:UserInformation'),
      el('Settings:UserInformation', el('Settings:Set')),
      el('Settings:Model', 'x'),
      on,
    ];
    for (const element of malformed) {
      const answer = await send([on, element]);
      expect(answer.children.map((c) => [c.tag, c.text])).toEqual([['Settings:Status', '2']]);
    }
    expect(textOf(await getOof(), 'Settings:OofState')).toBe('0');
  });

  it('S16_TC16 a recovery password is too long, or denied; clearing it is fine', async () => {
    const { send } = await world();
    const set = async (password: string) =>
      textOf(
        child(
          await send([el('Settings:DevicePassword', el('Settings:Set', el('Settings:Password', password)))]),
          'Settings:DevicePassword',
        ),
        'Settings:Status',
      );
    expect(await set('p'.repeat(256))).toBe('5');
    expect(await set('p'.repeat(255))).toBe('7');
    expect(await set('')).toBe('1');
  });

  it('S16_TC14 has no rights management templates, and before 14.1 not even the property', async () => {
    const { send } = await world();
    const ask = [el('Settings:RightsManagementInformation', el('Settings:Get'))];
    const found = child(await send(ask, '14.1'), 'Settings:RightsManagementInformation');
    expect(textOf(found, 'Settings:Status')).toBe('1');
    expect(child(child(found, 'Settings:Get'), 'RightsManagement:RightsManagementTemplates')).toBeDefined();
    expect(status(await send(ask, '14.0'))).toBe('2');
  });

  it('S16_TC15 takes what the device says of itself; 14.0 needs a number for text messages', async () => {
    const { send, directory, owner } = await world();
    const set = async (version: Version, ...parts: WbxmlNode[]) =>
      textOf(
        child(
          await send([el('Settings:DeviceInformation', el('Settings:Set', parts))], version),
          'Settings:DeviceInformation',
        ),
        'Settings:Status',
      );
    const sms = (value: string) => el('Settings:EnableOutboundSMS', value);
    expect(await set('14.0', sms('1'), el('Settings:PhoneNumber', '8888'))).toBe('1');
    expect(await set('14.0', sms('1'))).toBe('5');
    expect(await set('16.1', sms('1'))).toBe('1');
    expect(await set('16.1', sms('2'))).toBe('5');
    expect(await set('16.1', el('Settings:Model', 'x'.repeat(1025)))).toBe('5');
    expect(await set('16.1', el('Settings:Model', 'Phone 9'))).toBe('1');
    expect((await directory.listDevices('t1', owner.userId)).map((d) => d.deviceId)).toEqual(['DEVICE1']);
  });
});
