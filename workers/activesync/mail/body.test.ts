import { describe, expect, test } from 'vitest';
import { child, decodeWbxml, el, encodeWbxml, textOf } from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { BodyPreference } from '../../../core/sync/options.ts';
import { buildMail } from '../../../test/support/mail.ts';
import { messageWorld } from '../../../test/support/message.ts';
import type { Version } from '../http/versions.ts';
import { type BodyOptions, renderBodies } from './body.ts';

const want = (type: BodyPreference['type'], more: Partial<BodyPreference> = {}): BodyPreference => ({
  type,
  truncationSize: null,
  allOrNone: false,
  preview: 0,
  ...more,
});
const wantPart = (more: Partial<BodyPreference> = {}) => ({ ...want(2, more), type: 2 as const });

async function world() {
  const { blobs, put } = await messageWorld();
  async function render(message: Message, options: Partial<BodyOptions>, version: Version = '16.1') {
    const nodes = await renderBodies(
      { blobs, names: { authservId: 'mx.test', platformAuthservId: 'mx.test' }, version },
      message,
      {
        bodies: [],
        mimeSupport: null,
        ...options,
      },
    );
    const root = decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', nodes), { version }));
    const read = (tag: 'Body' | 'BodyPart') => {
      const body = child(root, `AirSyncBase:${tag}`);
      if (body === undefined) return undefined;
      return {
        tags: body.children.map((c) => c.tag.replace('AirSyncBase:', '')),
        type: textOf(body, 'AirSyncBase:Type'),
        status: textOf(body, 'AirSyncBase:Status'),
        size: Number(textOf(body, 'AirSyncBase:EstimatedDataSize')),
        truncated: textOf(body, 'AirSyncBase:Truncated'),
        data: textOf(body, 'AirSyncBase:Data'),
        preview: textOf(body, 'AirSyncBase:Preview'),
      };
    };
    return { body: read('Body'), part: read('BodyPart') };
  }
  return { put, render };
}

const plain = () => buildMail({ text: 'Plain words of the body' });
const html = () => buildMail({ html: '<p>Words in <b>HTML</b></p>' });
const SMIME = 'From: a@b.example\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\nsecret';

describe('the Body (MS-ASAIRS 2.2.2.9)', () => {
  test('is whole where no size is asked for, whatever AllOrNone says (MSASAIRS_S02_TC07)', async () => {
    const { put, render } = await world();
    const message = await put(plain());
    for (const allOrNone of [true, false]) {
      const { body } = await render(message, { bodies: [want(1, { allOrNone })] });
      expect(body).toMatchObject({ type: '1', truncated: undefined, data: 'Plain words of the body' });
    }
  });

  test('is withheld by AllOrNone when it would be cut (MSASAIRS_S02_TC01, TC02)', async () => {
    const { put, render } = await world();
    const message = await put(plain());
    const cut = await render(message, { bodies: [want(1, { truncationSize: 2, allOrNone: true })] });
    expect(cut.body).toMatchObject({ type: '1', truncated: '1', data: undefined, size: 23 });
    const whole = await render(message, { bodies: [want(1, { truncationSize: 100, allOrNone: true })] });
    expect(whole.body).toMatchObject({ truncated: undefined, data: 'Plain words of the body' });
  });

  test('is cut to the size asked for (MSASAIRS_S02_TC03 to TC06)', async () => {
    const { put, render } = await world();
    const { body } = await render(await put(plain()), { bodies: [want(1, { truncationSize: 8 })] });
    expect(body).toMatchObject({ truncated: '1', data: 'Plain wo', size: 23 });
  });

  test('is that of the next preference when the first cannot be met (MSASAIRS_S02_TC08)', async () => {
    const { put, render } = await world();
    const bodies = [want(2, { truncationSize: 8, allOrNone: true }), want(1, { truncationSize: 18 })];
    const { body } = await render(await put(plain()), { bodies });
    expect(body).toMatchObject({ type: '1', truncated: '1', data: 'Plain words of the' });
    const ofHtml = await render(await put(html()), { bodies });
    expect(ofHtml.body).toMatchObject({ type: '1', data: 'Words in HTML' });
  });

  test('is in the form it was written in when that is among those asked for', async () => {
    const { put, render } = await world();
    const bodies = [want(1), want(2)];
    expect((await render(await put(html()), { bodies })).body?.type).toBe('2');
    expect((await render(await put(plain()), { bodies })).body?.type).toBe('1');
  });

  test('has a preview, but not beside plain text, and not in 12.1 (MSASAIRS_S02_TC09)', async () => {
    const { put, render } = await world();
    const message = await put(plain());
    const { body } = await render(message, { bodies: [want(2, { preview: 11 })] });
    expect(body?.preview).toBe('Plain words');
    expect(body?.tags).toEqual(['Type', 'EstimatedDataSize', 'Data', 'Preview']);
    expect((await render(message, { bodies: [want(1, { preview: 11 })] })).body?.preview).toBeUndefined();
    expect(
      (await render(message, { bodies: [want(2, { preview: 11 })] }, '12.1')).body?.preview,
    ).toBeUndefined();
    const withheld = want(1, { preview: 11, truncationSize: 2, allOrNone: true });
    expect((await render(message, { bodies: [withheld] })).body?.preview).toBe('Plain words');
  });

  test('comes as RTF in base64, whole or not at all', async () => {
    const { put, render } = await world();
    const message = await put(plain());
    const { body } = await render(message, { bodies: [want(3)] });
    expect(body).toMatchObject({ type: '3', truncated: undefined });
    const bytes = Buffer.from(body?.data ?? '', 'base64');
    expect(bytes.subarray(8, 12).toString()).toBe('MELA');
    expect(bytes.subarray(16).toString()).toContain('Plain words of the body\\par');
    expect(body?.size).toBe(body?.data?.length);
    const cut = await render(message, { bodies: [want(3, { truncationSize: 10 })] });
    expect(cut.body).toMatchObject({ type: '3', truncated: '1', data: undefined, size: body?.size });
  });

  test('joins the lines of flowed text (RFC 3676)', async () => {
    const { put, render } = await world();
    const message = await put(
      'From: a@b\nContent-Type: text/plain; format=flowed; delsp=yes\n\nOne para \ngraph.\nTwo.\n',
    );
    expect(message.preview).toBe('One paragraph. Two.');
    expect(message.bodies[0]?.format).toBe('flowed-delsp');
    const { body } = await render(message, { bodies: [want(1)] });
    expect(body?.data).toBe('One paragraph.\nTwo.\n');
    expect(body?.size).toBe(message.textSize);
  });
});

describe('MIME (MS-ASCMD 2.2.3.110)', () => {
  test('comes when it alone is asked for (MSASAIRS_S02_TC13)', async () => {
    const { put, render } = await world();
    const message = await put(plain());
    const { body } = await render(message, { bodies: [want(4)] });
    expect(body).toMatchObject({ type: '4', truncated: '0', size: message.size });
    expect(body?.data).toHaveLength(message.size);
  });

  test.each([
    [0, false, false],
    [1, false, true],
    [2, true, true],
  ] as const)('with MIMESupport %s: of a plain message %s, of S/MIME %s (MSASCMD_S08_TC08)', async (mimeSupport, ofPlain, ofSmime) => {
    const { put, render } = await world();
    for (const [raw, comes] of [
      [plain(), ofPlain],
      [SMIME, ofSmime],
    ] as const) {
      const message = await put(raw);
      const alone = await render(message, { bodies: [want(4)], mimeSupport });
      expect(alone.body?.type).toBe('4');
      expect(alone.body?.data !== undefined).toBe(comes);
      const among = await render(message, { bodies: [want(1), want(4)], mimeSupport });
      expect(among.body?.type).toBe(comes ? '4' : '1');
      const unsaid = await render(message, { mimeSupport });
      expect(unsaid.body?.type).toBe(comes ? '4' : '1');
    }
  });

  test('is cut by its own TruncationSize, else by MIMETruncation', async () => {
    const { put, render } = await world();
    const message = await put(buildMail({ text: 'x'.repeat(9000) }));
    const bodies = [want(4)];
    const { body } = await render(message, { bodies, mimeSupport: 2, mimeTruncation: 4096 });
    expect(body).toMatchObject({ truncated: '1', size: message.size });
    expect(body?.data).toHaveLength(4096);
    const none = await render(message, { bodies, mimeSupport: 2, mimeTruncation: 0 });
    expect(none.body).toMatchObject({ truncated: '1', data: undefined });
    const own = await render(message, { bodies: [want(4, { truncationSize: 10 })], mimeTruncation: 4096 });
    expect(own.body?.data).toHaveLength(10);
  });
});

describe('the BodyPart (MS-ASAIRS 2.2.2.10)', () => {
  const REPLY = buildMail({ html: '<p>Mine</p><blockquote type="cite">Theirs</blockquote>' });

  test('comes alone when it alone is asked for, and beside the Body (MSASCON_S01_TC07)', async () => {
    const { put, render } = await world();
    const message = await put(REPLY);
    expect(await render(message, {})).toMatchObject({ body: { type: '1' }, part: undefined });
    expect(await render(message, { bodies: [want(2)] })).toMatchObject({
      body: { type: '2' },
      part: undefined,
    });
    const alone = await render(message, { bodyParts: [wantPart()] });
    expect(alone.body).toBeUndefined();
    expect(alone.part).toMatchObject({
      status: '1',
      type: '2',
      data: '<p>Mine</p>',
      size: 11,
      truncated: undefined,
    });
    const both = await render(message, { bodies: [want(2)], bodyParts: [wantPart()] });
    expect(both.body?.data).toContain('Theirs');
    expect(both.part?.data).toBe('<p>Mine</p>');
  });

  test('is cut, withheld and previewed as a Body is (MSASAIRS_S01_TC01 to TC08)', async () => {
    const { put, render } = await world();
    const message = await put(REPLY);
    const part = async (more: Partial<BodyPreference>) =>
      (await render(message, { bodyParts: [wantPart(more)] })).part;
    expect(await part({ truncationSize: 4 })).toMatchObject({
      status: '1',
      truncated: '1',
      data: '<p>M',
      size: 11,
    });
    expect(await part({ truncationSize: 4, allOrNone: true })).toMatchObject({
      status: '1',
      truncated: '1',
      data: undefined,
    });
    expect(await part({ truncationSize: 99, allOrNone: true })).toMatchObject({
      truncated: undefined,
      data: '<p>Mine</p>',
    });
    expect((await part({ preview: 3 }))?.tags).toEqual([
      'Status',
      'Type',
      'EstimatedDataSize',
      'Data',
      'Preview',
    ]);
    expect((await part({ preview: 3 }))?.preview).toBe('Min');
  });

  test('of plain text is that text as HTML', async () => {
    const { put, render } = await world();
    const message = await put(buildMail({ text: 'Yes & no\n\nAnn wrote:\n> Well?\n' }));
    expect((await render(message, { bodyParts: [wantPart()] })).part?.data).toBe('Yes &amp; no');
  });

  test('is unknown before 14.1', async () => {
    const { put, render } = await world();
    const { body, part } = await render(await put(plain()), { bodyParts: [wantPart()] }, '14.0');
    expect([body?.type, part]).toEqual(['1', undefined]);
  });

  test('of a message whose raw is gone says that it cannot be made (I7)', async () => {
    const { put, render } = await world();
    const message = await put(buildMail({ text: 'long '.repeat(1000) }));
    const lost = { ...message, rawKey: 'blobs/t1/2026/11/21/none.eml' };
    expect((await render(lost, { bodyParts: [wantPart()] })).part).toMatchObject({
      status: '176',
      data: undefined,
    });
    expect((await render(lost, { bodies: [want(4)] })).body).toMatchObject({ type: '4', data: undefined });
    expect((await render(lost, { bodies: [want(1)] })).body).toMatchObject({ type: '1', truncated: '1' });
  });
});
