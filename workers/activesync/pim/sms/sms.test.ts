import { describe, expect, it, test } from 'vitest';
import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { body, codecWorld } from '../testing.ts';
import { smsCodec } from './index.ts';

const e = (name: string, ...parts: Parameters<typeof el>[1][]) => el(`Email:${name}`, ...parts);
const whole = [
  e('To', '"Bob" [MOBILE:+4912345]'),
  e('From', '"Ann" [MOBILE:+4967890]'),
  e('DateReceived', '2026-03-02T10:00:00.000Z'),
  e('Importance', 2),
  e('Read', 1),
  body(1, 'On my way'),
];

describe('a text message', () => {
  it('comes back as it was added', async () => {
    const world = codecWorld(smsCodec, '14.1');
    const item = await world.taken(whole);
    expect(await world.shown(item)).toEqual({
      To: '"Bob" [MOBILE:+4912345]',
      From: '"Ann" [MOBILE:+4967890]',
      Subject: '',
      DateReceived: '2026-03-02T10:00:00.000Z',
      Importance: '2',
      Read: '1',
      Body: { Type: '1', EstimatedDataSize: '9', Data: 'On my way' },
      MessageClass: 'IPM.Note.Mobile.SMS',
      InternetCPID: '65001',
      Flag: '',
      Categories: '',
    });
    expect(item.facts).toMatchObject({ title: 'On my way', sortAt: Date.UTC(2026, 2, 2, 10) });
  });

  it('keeps what a Change leaves out', async () => {
    const world = codecWorld(smsCodec);
    const before = await world.taken(whole);
    const after = await world.taken([e('Read', 0)], before);
    expect(after.document).toEqual({ ...before.document, isRead: false });
  });

  it('has a flag and categories, and loses them', async () => {
    const world = codecWorld(smsCodec);
    const flag = e('Flag', e('Status', 2), e('FlagType', 'for Follow Up'));
    const item = await world.taken([...whole, flag, e('Categories', e('Category', 'Work'))]);
    expect(await world.shown(item)).toMatchObject({
      ...{ Flag: { Status: '2', FlagType: 'for Follow Up' }, Categories: ['Work'] },
    });
    const bare = await world.taken([e('Flag'), e('Categories')], item);
    expect(await world.shown(bare)).toMatchObject({ Flag: '', Categories: '' });
  });

  test.each([
    ['HTML', body(2, '<p>x</p>')],
    ['a date that is none', e('DateReceived', 'yesterday')],
    ['Read that is no boolean', e('Read', 2)],
    ['Importance out of range', e('Importance', 3)],
    ['a flag of no kind', e('Flag', e('Status', 2))],
  ] as [string, WbxmlNode][])('with %s is Status 6', async (_name, node) => {
    expect(await codecWorld(smsCodec).take([node])).toBe(6);
  });
});
