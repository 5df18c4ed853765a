import { describe, expect, test } from 'vitest';
import { tnefOf } from '../../../codecs/tnef/testing.ts';
import {
  child,
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import { buildMail } from '../../../test/support/mail.ts';
import { messageWorld } from '../../../test/support/message.ts';
import type { Version } from '../http/versions.ts';
import type { BodyOptions } from './body.ts';
import { emailChange, emailProperties } from './email-data.ts';

const NAMES = { authservId: 'mx.test', platformAuthservId: 'mx.test' };
const NO_WISHES: BodyOptions = { bodies: [], mimeSupport: null };

/** What a device of this version decodes. */
function decoded(nodes: WbxmlNode[], version: Version) {
  return decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', nodes), { version }));
}

async function world() {
  const { mailbox, blobs, put, get } = await messageWorld();
  const show = async (message: Message, version: Version = '16.1', options = NO_WISHES) =>
    decoded(await emailProperties({ blobs, names: NAMES, version, mailbox }, message, options), version);
  const change = async (message: Message, since: number, version: Version = '16.1') =>
    decoded(await emailChange({ blobs, names: NAMES, version, mailbox }, message, since, NO_WISHES), version);
  return { mailbox, put, get, show, change };
}

const tags = (element: { children: { tag: string }[] }) => element.children.map((c) => c.tag);

describe('the properties of a message (MS-ASEMAIL 2.2.1.2)', () => {
  test('are those of 16.1', async () => {
    const { put, show } = await world();
    const data = await show(
      await put(buildMail({ to: 'a@x.example, "B, b" <b@x.example>', cc: 'c@x.example, d@x.example' })),
    );
    expect(tags(data)).toEqual([
      'Email:To',
      'Email:Cc',
      'Email:From',
      'Email:Subject',
      'Email:DateReceived',
      'Email:DisplayTo',
      'Email:ThreadTopic',
      'Email:Importance',
      'Email:Read',
      'AirSyncBase:Body',
      'Email:MessageClass',
      'Email:InternetCPID',
      'Email:Flag',
      'Email:ContentClass',
      'AirSyncBase:NativeBodyType',
      'Email2:ConversationId',
      'Email2:ConversationIndex',
      'Email:Categories',
      'Email2:IsDraft',
    ]);
    expect(textOf(data, 'Email:To')).toBe('a@x.example, "B, b" <b@x.example>');
    expect(textOf(data, 'Email:DisplayTo')).toBe('a@x.example; B, b');
    expect(textOf(data, 'Email2:IsDraft')).toBe('0');
  });

  test('leave out of 12.1 what came later', async () => {
    const { put, show } = await world();
    const data = await show(await put(buildMail({ headers: ['Sender: other@x.example'] })), '12.1');
    expect(tags(data).some((tag) => tag.startsWith('Email2:') || tag === 'Email:Categories')).toBe(false);
    const v141 = await show(await put(buildMail()), '14.1');
    expect(tags(v141)).toContain('Email:Categories');
    expect(tags(v141)).not.toContain('Email2:IsDraft');
  });

  test('have an empty Flag and no category when there are none (MSASEMAIL_S01_TC02)', async () => {
    const { put, show } = await world();
    const data = await show(await put(buildMail()));
    expect(child(data, 'Email:Flag')).toMatchObject({ children: [], text: '' });
    expect(child(data, 'Email:Categories')?.children).toEqual([]);
    // MSASEMAIL_S01_TC01
    expect(child(data, 'Email2:ReceivedAsBcc')).toBeUndefined();
  });

  test('part reply addresses by semicolons and the others by commas (MSASEMAIL_S01_TC15)', async () => {
    const { put, show } = await world();
    const data = await show(await put(buildMail({ headers: ['Reply-To: a@x.example, B <b@x.example>'] })));
    expect(textOf(data, 'Email:ReplyTo')).toBe('a@x.example; "B" <b@x.example>');
  });

  test.each([
    ['Sender: SENDER@sender.example', undefined, 'MSASEMAIL_S01_TC12: it is the author'],
    ['X-None: 1', undefined, 'MSASEMAIL_S01_TC13: there is none'],
    ['Sender: Desk <desk@x.example>', '"Desk" <desk@x.example>', 'somebody else'],
  ])('name the sender when it is not the author: %s', async (header, expected) => {
    const { put, show } = await world();
    const data = await show(await put(buildMail({ headers: [header] })), '14.0');
    expect(textOf(data, 'Email2:Sender')).toBe(expected);
  });

  test('show blind copies of what the user wrote, never of what came in', async () => {
    const { put, show } = await world();
    const raw = buildMail({ headers: ['Bcc: hidden@x.example'] });
    const draft = await show(await put(raw, { folderRole: 'drafts', isDraft: true }));
    expect(textOf(draft, 'Email2:Bcc')).toBe('hidden@x.example');
    expect(textOf(draft, 'Email2:IsDraft')).toBe('1');
    expect(child(await show(await put(raw)), 'Email2:Bcc')).toBeUndefined();
  });

  test('tell what was last done with the message (MSASEMAIL_S01_TC15)', async () => {
    const { mailbox, put, get, show } = await world();
    const { itemId } = await put(buildMail());
    await mailbox.setLastVerb([itemId], 3, Date.UTC(2026, 0, 2, 3, 4, 5));
    const data = await show(await get(itemId));
    expect(textOf(data, 'Email2:LastVerbExecuted')).toBe('3');
    expect(textOf(data, 'Email2:LastVerbExecutionTime')).toBe('2026-01-02T03:04:05.000Z');
  });

  test('say the code page that the message was written in', async () => {
    const { put, show } = await world();
    const cpid = async (type: string) =>
      textOf(await show(await put(`From: a@b\nContent-Type: ${type}\n\nx`)), 'Email:InternetCPID');
    expect(await cpid('text/plain; charset=iso-8859-1')).toBe('28591');
    expect(await cpid('text/html; charset="Windows-1251"')).toBe('1251');
    expect(await cpid('text/plain; charset=utf-8')).toBe('65001');
    expect(await cpid('text/plain')).toBe('65001');
  });

  test('grow the conversation index by a block for each reply (MSASEMAIL_S01_TC15, TC16)', async () => {
    const { put, show } = await world();
    const index = async (raw: Uint8Array) =>
      child(await show(await put(raw)), 'Email2:ConversationIndex')?.opaque ?? new Uint8Array();
    const first = await index(buildMail({ messageId: '<1@x>' }));
    const reply = await index(buildMail({ messageId: '<2@x>', inReplyTo: '<1@x>', subject: 'Re: Hello' }));
    const third = await index(buildMail({ references: ['<1@x>', '<2@x>'], subject: 'FW: Hello' }));
    expect([first.length, reply.length, third.length]).toEqual([5, 10, 15]);
    expect(reply.subarray(0, 5)).toEqual(first);
    expect(third.subarray(0, 10)).toEqual(reply);
  });
});

describe('attachments (MS-ASAIRS 2.2.2.7)', () => {
  test('have name, method, size, and what refers to them (MSASAIRS_S03_TC02)', async () => {
    const { put, show } = await world();
    const message = await put(
      buildMail({
        html: '<img src="cid:pic@x">',
        attachments: [
          { name: 'a.pdf', type: 'application/pdf', content: 'pdf!' },
          { name: 'pic.jpg', type: 'image/jpeg', content: 'jpeg', contentId: 'pic@x' },
        ],
      }),
    );
    const [pdf, pic] = child(await show(message), 'AirSyncBase:Attachments')?.children ?? [];
    expect(pdf?.children.map((c) => [c.tag, c.text])).toEqual([
      ['AirSyncBase:DisplayName', 'a.pdf'],
      ['AirSyncBase:FileReference', `${message.itemId}.${message.attachments[0]?.partNo}`],
      ['AirSyncBase:Method', '1'],
      ['AirSyncBase:EstimatedDataSize', '4'],
    ]);
    expect(textOf(pic, 'AirSyncBase:ContentId')).toBe('pic@x');
    expect(textOf(pic, 'AirSyncBase:IsInline')).toBe('1');
  });

  test('that are messages have method 5 and an .eml name (MSASAIRS_S03_TC03)', async () => {
    const { put, show } = await world();
    const message = await put(
      'From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: message/rfc822; name="Embedded mail"\nContent-Disposition: attachment; filename="Embedded mail"\n\nSubject: y\n\nz\n--b--\n',
    );
    const [eml] = child(await show(message), 'AirSyncBase:Attachments')?.children ?? [];
    expect(textOf(eml, 'AirSyncBase:Method')).toBe('5');
    expect(textOf(eml, 'AirSyncBase:DisplayName')).toBe('Embedded mail.eml');
    expect(child(eml, 'AirSyncBase:IsInline')).toBeUndefined();
  });
});

test('a winmail.dat brings its RTF body and the method of what it holds (MSASAIRS_S02_TC12, S03_TC04)', async () => {
  const { put, show } = await world();
  const rtf = Uint8Array.from([16, 0, 0, 0, 1, 0, 0, 0, 0x4d, 0x45, 0x4c, 0x41, 0, 0, 0, 0, 33]);
  const outlook = (methods: number[]) =>
    put(
      buildMail({
        text: 'words',
        attachments: [
          { name: 'winmail.dat', type: 'application/ms-tnef', content: tnefOf({ rtf, methods }) },
        ],
      }),
    );
  const wish = { type: 3, truncationSize: null, allOrNone: false, preview: 0 } as const;
  const data = await show(await outlook([6]), '14.1', { bodies: [wish], mimeSupport: null });
  expect(textOf(data, 'AirSyncBase:NativeBodyType')).toBe('3');
  const body = child(data, 'AirSyncBase:Body');
  expect(textOf(body, 'AirSyncBase:Type')).toBe('3');
  expect(textOf(body, 'AirSyncBase:Data')).toBe(Buffer.from(rtf).toString('base64'));
  const [file, ...others] = child(data, 'AirSyncBase:Attachments')?.children ?? [];
  expect(others).toEqual([]);
  expect([textOf(file, 'AirSyncBase:Method'), textOf(file, 'AirSyncBase:IsInline')]).toEqual(['6', '1']);
  const [plain] = child(await show(await outlook([1])), 'AirSyncBase:Attachments')?.children ?? [];
  expect(textOf(plain, 'AirSyncBase:Method')).toBe('1');
});

test('a voice mail tells caller, order and length of the latest recording (MSASEMAIL_S02_TC01)', async () => {
  const { put, show } = await world();
  const recording = (name: string) =>
    `--b\nContent-Type: audio/mp3\nContent-Disposition: attachment; filename="${name}"\nContent-Transfer-Encoding: base64\n\nAAAA\n`;
  const message = await put(
    `From: a@b\nContent-Class: voice\nX-CallingTelephoneNumber: 7125550123\nX-VoiceMessageDuration: 2\nX-AttachmentOrder: one.mp3;two.mp3\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n${recording('one.mp3')}${recording('two.mp3')}--b--\n`,
  );
  const data = await show(message, '14.1');
  expect(textOf(data, 'Email:MessageClass')).toBe('IPM.Note.Microsoft.Voicemail');
  expect(textOf(data, 'Email2:UmCallerID')).toBe('7125550123');
  const [one, two] = child(data, 'AirSyncBase:Attachments')?.children ?? [];
  expect([textOf(one, 'Email2:UmAttOrder'), textOf(one, 'Email2:UmAttDuration')]).toEqual(['2', undefined]);
  expect([textOf(two, 'Email2:UmAttOrder'), textOf(two, 'Email2:UmAttDuration')]).toEqual(['1', '2']);
  expect(child(await show(message, '12.1'), 'Email2:UmCallerID')).toBeUndefined();
});

describe('a Change (MS-ASEMAIL 3.2.5.4)', () => {
  async function changed() {
    const w = await world();
    const { itemId, modseq } = await w.put(buildMail());
    const tagsAfter = async (version: Version = '16.1', since = modseq) =>
      tags(await w.change(await w.get(itemId), since, version));
    return { ...w, itemId, tagsAfter };
  }

  test('has Read alone when only that changed (MSASEMAIL_S01_TC05)', async () => {
    const { mailbox, itemId, tagsAfter } = await changed();
    await mailbox.setFlags([{ itemId, isRead: true }]);
    expect(await tagsAfter()).toEqual(['Email:Read']);
  });

  test('has Flag alone when only that changed (MSASEMAIL_S01_TC06)', async () => {
    const { mailbox, itemId, tagsAfter } = await changed();
    await mailbox.setFlags([{ itemId, flag: { status: 2 } }]);
    expect(await tagsAfter()).toEqual(['Email:Flag']);
  });

  test('has Categories alone when only they changed (MSASEMAIL_S01_TC25, TC29), empty when they are gone (TC04)', async () => {
    const { mailbox, itemId, tagsAfter, get, change } = await changed();
    await mailbox.setFlags([{ itemId, categories: ['Red'] }]);
    expect(await tagsAfter()).toEqual(['Email:Categories']);
    const { modseq } = await get(itemId);
    await mailbox.setFlags([{ itemId, categories: [] }]);
    const data = await change(await get(itemId), modseq);
    expect(children(data, 'Email:Categories').map((c) => c.children)).toEqual([[]]);
  });

  test('has any mix of the three (MSASEMAIL_S01_TC07, TC08, TC28, TC30, TC31), also of several changes', async () => {
    const { mailbox, itemId, tagsAfter, get } = await changed();
    await mailbox.setFlags([{ itemId, flag: { status: 2 } }]);
    await mailbox.setFlags([{ itemId, isRead: true }]);
    expect(await tagsAfter()).toEqual(['Email:Read', 'Email:Flag']);
    const { modseq } = await get(itemId);
    await mailbox.setFlags([{ itemId, categories: ['Red'] }]);
    expect(await tagsAfter()).toEqual(['Email:Read', 'Email:Flag', 'Email:Categories']);
    // MSASEMAIL_S01_TC03: what the device knows already is not said again.
    expect(await tagsAfter('16.1', modseq)).toEqual(['Email:Categories']);
  });

  test('of categories is no empty document in 12.1, which has none', async () => {
    const { mailbox, itemId, tagsAfter } = await changed();
    await mailbox.setFlags([{ itemId, categories: ['Red'] }]);
    expect(await tagsAfter('12.1')).toEqual(['Email:Read']);
  });

  test('of anything else brings the whole item', async () => {
    const { mailbox, itemId, tagsAfter } = await changed();
    await mailbox.setLastVerb([itemId], 1, 1_800_000_000_000);
    expect(await tagsAfter()).toEqual(
      expect.arrayContaining(['Email:Subject', 'AirSyncBase:Body', 'Email2:LastVerbExecuted']),
    );
  });
});
