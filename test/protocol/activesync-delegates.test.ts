/** Microsoft's cases of delegates: MS-ASCMD S09_TC13 and TC14, MS-ASEMAIL S04_TC08; and answers in another's place. */
import { describe, expect, test } from 'vitest';
import { child, el, textOf } from '../../codecs/wbxml/index.ts';
import {
  CalendarDevice,
  calendar,
  clientId,
  compact,
  DELETED,
  event,
  events,
  folderOf,
  INBOX,
  itip,
  list,
  OUT,
  outside,
  person,
  receive,
  requestOf,
  respond,
  SEND,
  stamp,
  statuses,
  subjects,
  tomorrow,
  withMeetingServer,
} from './meeting-kit.ts';
import type { Item, Phone } from './phone.ts';

const { server, relayed } = withMeetingServer();
const VERSIONS = ['14.1', '16.1'] as const;
let meetings = 0;

const share = (owner: Phone, grantee: string, level: string) =>
  server().admin('PUT', `/users/${owner.address}/calendar-shares/${grantee}`, { level });

/** Ann, who lets bob look after her calendar. */
async function delegation(version: string) {
  const [ann, bob] = [await person('ann', version), await person('bob', version)];
  await share(ann, bob.address, 'delegate');
  return { ann, bob };
}

/** Olga, who is outside, invites ann. */
async function invite(ann: Phone, more: string[] = [], uid = `delegated-${++meetings}@out.test`) {
  await receive(OUT, ann.address, itip(OUT, ann.address, 'REQUEST', outside(ann.address, uid, more)));
  return uid;
}

const only = (items: Item[]) => {
  const [one, ...others] = items;
  expect(others).toEqual([]);
  if (one === undefined) throw new Error('there is none');
  return one;
};
const said = (item: Item, tag: string) => textOf(item.data, `Email:${tag}`);

describe.each(VERSIONS)('an invitation of somebody with a delegate, version %s', (version) => {
  test('comes to the delegate in words, as a note (MS-ASCMD S09_TC13)', async () => {
    const { ann, bob } = await delegation(version);
    await invite(ann);
    const copy = only(await list(bob, INBOX));
    expect(said(copy, 'MessageClass')).toBe('IPM.Note');
    expect(said(copy, 'To')).toContain(bob.address);
    expect(said(copy, 'Cc')).toBeUndefined();
    expect(said(copy, 'From')).toContain(OUT);
    expect(said(copy, 'Subject')).toMatch(/^\[Invitation for .+\] Outside$/);
    expect(said(copy, 'ThreadTopic')).toBe('Outside');
    const body = textOf(child(copy.data, 'AirSyncBase:Body'), 'AirSyncBase:Data') ?? '';
    expect(body).toContain('When: ');
    expect(requestOf(copy)).toBeUndefined();
    expect(await events(bob)).toEqual([]);
  });

  test('says to its owner’s devices that delegates have it too (MS-ASEMAIL S04_TC08)', async () => {
    const { ann, bob } = await delegation(version);
    await invite(ann);
    const type = (item: Item) => textOf(requestOf(item), 'Email2:MeetingMessageType');
    expect(type(only(await list(ann, INBOX)))).toBe('5');
    await invite(bob);
    expect((await list(bob, INBOX)).map(type)).toContain('1');
  });

  test('is answered by the delegate for the owner', async () => {
    const { ann, bob } = await delegation(version);
    const uid = await invite(ann);
    const copy = only(await list(bob, INBOX));
    const before = relayed().length;
    expect(await respond(bob, copy.serverId, 1, ...(version === '16.1' ? [SEND] : []))).toMatchObject({
      ...{ status: '1', calendarId: undefined, requestId: copy.serverId },
    });
    expect(calendar(await event(ann), 'BusyStatus')).toBe('2');
    expect(await list(ann, INBOX)).toEqual([]);
    expect(await list(bob, INBOX)).toEqual([]);
    expect(subjects(await list(bob, DELETED))).toEqual([said(copy, 'Subject')]);
    const [mail, ...others] = relayed().slice(before);
    expect(others).toEqual([]);
    const plain = (mail?.bytes.toString('utf8') ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const text = plain.replace(/\r\n[ \t]/g, '');
    expect(mail?.mailFrom).toBe(bob.address);
    expect(text).toMatch(new RegExp(`^From: .*<?${ann.address}`, 'm'));
    expect(text).toMatch(new RegExp(`^Sender: .*<?${bob.address}`, 'm'));
    expect(text).toContain(`UID:${uid}`);
    expect(text).toMatch(new RegExp(`^ATTENDEE;.*PARTSTAT=ACCEPTED.*:mailto:${ann.address}`, 'm'));
    expect(text).toContain(`SENT-BY="mailto:${bob.address}"`);
  });

  test('is passed on by the delegate as what it is, and its organizer hears of it (MS-ASCMD S09_TC14)', async () => {
    const { ann, bob } = await delegation(version);
    const [olga, cid] = [await person('olga', '16.1'), await person('cid', version)];
    await (await new CalendarDevice(olga).open()).invite([ann.address], [], tomorrow, 'Budget');
    const copy = only(await list(bob, INBOX));
    const subject = said(copy, 'Subject') ?? '';
    const mime = [`From: ${bob.address}`, `To: ${cid.address}`, `Subject: ${subject}`, '', 'See below.', ''];
    const { root } = await bob.post(
      'SmartForward',
      el(
        'ComposeMail:SmartForward',
        el('ComposeMail:ClientId', clientId()),
        el('ComposeMail:Source', [
          el('ComposeMail:FolderId', folderOf(bob, INBOX)),
          el('ComposeMail:ItemId', copy.serverId),
        ]),
        el('ComposeMail:Mime', new TextEncoder().encode(mime.join('\r\n'))),
      ),
    );
    expect(root).toBeNull();
    const passed = only(await list(cid, INBOX));
    expect(said(passed, 'MessageClass')).toBe('IPM.Schedule.Meeting.Request');
    expect(said(passed, 'Subject')).toBe(subject);
    expect(calendar(await event(cid), 'StartTime')).toBe(compact(tomorrow));
    const notice = subjects(await list(olga, INBOX));
    expect(notice).toContain(`Meeting Forward Notification: ${subject}`);
    expect(Object.keys(statuses(await event(olga))).sort()).toEqual(['ann', 'cid']);
  });

  test('tells the organizer of the house, whose calendar notes the answer', async () => {
    const { ann, bob } = await delegation(version);
    const olga = await person('olga', '16.1');
    await (await new CalendarDevice(olga).open()).invite([ann.address]);
    const copy = only(await list(bob, INBOX));
    const { status } = await respond(bob, copy.serverId, 3, ...(version === '16.1' ? [SEND] : []));
    expect(status).toBe('1');
    expect(statuses(await event(olga))).toEqual({ ann: '4' });
    expect(await events(ann)).toEqual([]);
  });
});

describe('a delegate', () => {
  test('hears of updates and cancellations, and of nothing private', async () => {
    const { ann, bob } = await delegation('16.1');
    const uid = await invite(ann, ['SEQUENCE:0']);
    await invite(ann, ['SEQUENCE:1'], uid);
    const cancel = [
      `UID:${uid}`,
      stamp(),
      `ORGANIZER:mailto:${OUT}`,
      'SEQUENCE:2',
      `DTSTART:${compact(tomorrow)}`,
    ];
    await receive(OUT, ann.address, itip(OUT, ann.address, 'CANCEL', [...cancel, 'SUMMARY:Outside']));
    await invite(ann, ['CLASS:PRIVATE']);
    const kinds = subjects(await list(bob, INBOX)).map((subject) => /^\[(\w+)/.exec(subject ?? '')?.[1]);
    expect(kinds.sort()).toEqual(['Canceled', 'Invitation', 'Updated']);
  });

  test('hears of a message once, however often it is followed up', async () => {
    const { ann, bob } = await delegation('16.1');
    const raw = itip(OUT, ann.address, 'REQUEST', outside(ann.address, `twice-${++meetings}`));
    await receive(OUT, ann.address, raw);
    await receive(OUT, ann.address, raw);
    expect(await list(bob, INBOX)).toHaveLength(1);
  });

  test('who is one no more answers nothing', async () => {
    const { ann, bob } = await delegation('16.1');
    await invite(ann);
    const copy = only(await list(bob, INBOX));
    await share(ann, bob.address, 'edit');
    expect(await respond(bob, copy.serverId, 1, SEND)).toMatchObject({ status: '2' });
    expect(calendar(await event(ann), 'BusyStatus')).toBe('1');
    await invite(ann);
    expect(await list(bob, INBOX)).toHaveLength(1);
  });

  test('is no other colleague, whatever their right to edit', async () => {
    const [ann, cid] = [await person('ann'), await person('cid')];
    await share(ann, cid.address, 'edit');
    await invite(ann);
    expect(await list(cid, INBOX)).toEqual([]);
    expect(textOf(requestOf(only(await list(ann, INBOX))), 'Email2:MeetingMessageType')).toBe('1');
  });

  test('cannot be everybody', async () => {
    const ann = await person('ann');
    await expect(share(ann, 'everybody', 'delegate')).rejects.toThrow('a delegate is one user');
  });
});
