import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, decodeWbxml, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import {
  fetchOf,
  item,
  operate,
  operationWorld,
  options,
  propertiesOf,
  referenceOf,
  results,
  statuses,
  statusOf,
} from '../item-operations.ts';
import { bodyOf, bodyPreference, type Phone } from '../phone.ts';

/** ItemOperations and GetAttachment (MS-ASCMD 2.2.1.10, 2.2.1.8), on one of the stores. */
export function itemOperationsSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  const { newPhone, deliver } = operationWorld(() => server);

  describe('Fetch', () => {
    test('of an item by folder and id, and by LongId (MSASCMD_S08_TC05)', async () => {
      const phone = await newPhone();
      const { serverId } = await deliver(phone, buildMail({ subject: 'One', text: 'Some words' }));
      const byId = await operate(phone, fetchOf(...item(phone, serverId)));
      expect(results(byId)[0]?.children.map((c) => c.tag)).toEqual([
        'ItemOperations:Status',
        'AirSync:CollectionId',
        'AirSync:ServerId',
        'AirSync:Class',
        'ItemOperations:Properties',
      ]);
      expect(bodyOf(propertiesOf(byId)).text).toContain('Some words');
      const byLongId = await operate(phone, fetchOf(el('Search:LongId', serverId)));
      expect(textOf(propertiesOf(byLongId), 'Email:Subject')).toBe('One');
    });

    test('of an unknown item or store has its status (MSASCMD_S08_TC03, TC04)', async () => {
      const phone = await newPhone();
      const answer = await operate(
        phone,
        fetchOf(...item(phone, 'InvalidServerID')),
        fetchOf(el('Search:LongId', 'none')),
        el('ItemOperations:Fetch', el('ItemOperations:Store', 'InvalidStore'), item(phone, 'x')),
      );
      expect(statusOf(answer)).toBe('1');
      expect(statuses(answer)).toEqual(['6', '6', '9']);
    });

    test('of a document has the status of a library that is not there (MSASCMD_S08_TC12, TC13)', async () => {
      const phone = await newPhone();
      const link = (uri: string) =>
        el(
          'ItemOperations:Fetch',
          el('ItemOperations:Store', 'DocumentLibrary'),
          el('DocumentLibrary:LinkId', uri),
        );
      const answer = await operate(phone, link('//invalidURI'), link('\\\\server\\share\\a.txt'));
      expect(statuses(answer)).toEqual(['4', '5']);
    });

    test.each([
      [
        'two FileReferences (MSASCMD_S08_TC18)',
        (p: Phone) =>
          fetchOf(
            el('AirSyncBase:FileReference', 'a.1'),
            el('AirSyncBase:FileReference', 'a.2'),
            ...item(p, 'x'),
          ),
      ],
      [
        'an empty Range (MSASCMD_S08_TC02)',
        (p: Phone) => fetchOf(...item(p, ''), options(el('ItemOperations:Range', ''))),
      ],
      [
        'a Range that is none',
        (p: Phone) => fetchOf(...item(p, ''), options(el('ItemOperations:Range', 'x'))),
      ],
      ['no store', (p: Phone) => el('ItemOperations:Fetch', item(p, 'x'))],
      ['nothing that is named', () => fetchOf()],
      [
        'children of BodyPreference out of order (MSASAIRS_S04_TC04)',
        (p: Phone) =>
          fetchOf(
            ...item(p, 'x'),
            options(
              el(
                'AirSyncBase:BodyPreference',
                el('AirSyncBase:TruncationSize', 1),
                el('AirSyncBase:Type', 1),
              ),
            ),
          ),
      ],
      [
        'a Type that is no number (MSASAIRS_S04_TC02)',
        (p: Phone) =>
          fetchOf(...item(p, 'x'), options(el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 'a')))),
      ],
      [
        'AllOrNone twice (MSASAIRS_S04_TC03)',
        (p: Phone) =>
          fetchOf(
            ...item(p, 'x'),
            options(bodyPreference(1, 1, el('AirSyncBase:AllOrNone', 1), el('AirSyncBase:AllOrNone', 1))),
          ),
      ],
      [
        'a preference inside another (MSASAIRS_S04_TC05)',
        (p: Phone) => fetchOf(...item(p, 'x'), options(bodyPreference(1, 1, bodyPreference(2)))),
      ],
      ['something else', () => el('ItemOperations:Total', 1)],
    ])('with %s refuses the whole command', async (_name, fetch) => {
      const phone = await newPhone();
      const answer = await operate(phone, fetch(phone));
      expect([statusOf(answer), results(answer)]).toEqual(['2', []]);
    });

    test('of more than a hundred things is too much (MS-ASCMD 3.1.5.8)', async () => {
      const phone = await newPhone();
      const fetches = Array.from({ length: 101 }, () => fetchOf(...item(phone, 'x')));
      expect(statusOf(await operate(phone, ...fetches))).toBe('11');
      expect(statuses(await operate(phone, ...fetches.slice(1)))).toHaveLength(100);
    });

    test('brings the properties that Schema names, and no others (MSASEMAIL_S01_TC19)', async () => {
      const phone = await newPhone();
      const { serverId } = await deliver(phone, buildMail({ subject: 'Only this' }));
      const schema = (...tags: string[]) =>
        options(
          el(
            'ItemOperations:Schema',
            tags.map((t) => el(t)),
          ),
        );
      const one = await operate(phone, fetchOf(...item(phone, serverId), schema('Email:Subject')));
      expect(propertiesOf(one)?.children.map((c) => [c.tag, c.text])).toEqual([
        ['Email:Subject', 'Only this'],
      ]);
      const two = await operate(
        phone,
        fetchOf(...item(phone, serverId), schema('AirSyncBase:Body', 'Email:To')),
      );
      expect(propertiesOf(two)?.children.map((c) => c.tag)).toEqual(['Email:To', 'AirSyncBase:Body']);
    });

    test('cuts and withholds bodies as asked (MSASEMAIL_S01_TC20 to TC22, MSASAIRS_S02)', async () => {
      const phone = await newPhone();
      const { serverId } = await deliver(phone, buildMail({ text: 'Plain words of the body' }));
      const body = async (preference: WbxmlNode) =>
        bodyOf(propertiesOf(await operate(phone, fetchOf(...item(phone, serverId), options(preference)))));
      expect(await body(bodyPreference(1, 10, el('AirSyncBase:AllOrNone', 0)))).toMatchObject({
        text: 'Plain word',
        truncated: true,
      });
      expect(await body(bodyPreference(1, 10, el('AirSyncBase:AllOrNone', 1)))).toMatchObject({
        text: undefined,
        truncated: true,
      });
      expect(await body(bodyPreference(1, 100, el('AirSyncBase:AllOrNone', 1)))).toMatchObject({
        truncated: false,
      });
      expect(await body(bodyPreference(3))).toMatchObject({ type: '3' });
    });

    test('brings MIME as MIMESupport says (MSASCMD_S08_TC08)', async () => {
      const phone = await newPhone();
      const { serverId } = await deliver(phone, buildMail({ text: 'x' }));
      const body = async (support: number) =>
        bodyOf(
          propertiesOf(
            await operate(
              phone,
              fetchOf(
                ...item(phone, serverId),
                options(el('AirSync:MIMESupport', support), bodyPreference(4)),
              ),
            ),
          ),
        );
      expect((await body(0)).text).toBeUndefined();
      expect((await body(1)).text).toBeUndefined();
      const whole = await body(2);
      expect(whole).toMatchObject({ type: '4', truncated: false });
      expect(whole.size).toBe(whole.text?.length);
    });

    test('brings a BodyPart, and refuses one of another Type (MSASCON_S03_TC07, TC08, MS-ASCMD S21_TC05)', async () => {
      const phone = await newPhone('14.1');
      const { serverId } = await deliver(
        phone,
        buildMail({ html: '<p>Mine</p><blockquote type="cite">Theirs</blockquote>' }),
      );
      const ask = (type: number) =>
        operate(
          phone,
          fetchOf(
            ...item(phone, serverId),
            options(el('AirSyncBase:BodyPartPreference', el('AirSyncBase:Type', type))),
          ),
        );
      const properties = propertiesOf(await ask(2));
      expect(textOf(child(properties, 'AirSyncBase:BodyPart'), 'AirSyncBase:Data')).toBe('<p>Mine</p>');
      expect(child(properties, 'AirSyncBase:Body')).toBeUndefined();
      const refused = await ask(3);
      expect([statusOf(refused), ...statuses(refused)]).toEqual(['1', '164']);
    });

    test('of a range of a body says which, and 8 for one outside it (MSASCMD_S08_TC14)', async () => {
      const phone = await newPhone();
      const { serverId } = await deliver(phone, buildMail({ text: '0123456789' }));
      const range = (text: string) =>
        operate(
          phone,
          fetchOf(...item(phone, serverId), options(el('ItemOperations:Range', text), bodyPreference(1))),
        );
      const answer = await range('2-4');
      expect(bodyOf(propertiesOf(answer)).text).toBe('234');
      expect(textOf(propertiesOf(answer), 'ItemOperations:Range')).toBe('2-4');
      expect(textOf(propertiesOf(answer), 'ItemOperations:Total')).toBe('10');
      expect(statuses(await range('99-99'))).toEqual(['8']);
      expect(statuses(await range('5-1'))).toEqual(['8']);
    });
  });

  describe('attachments', () => {
    test('that are none are refused (MSASCMD_S08_TC17, MSASAIRS_S03_TC01)', async () => {
      const phone = await newPhone();
      const answer = await operate(
        phone,
        fetchOf(el('AirSyncBase:FileReference', 'InvalidAttachmentID')),
        fetchOf(...item(phone, 'x'), el('AirSyncBase:FileReference', '')),
      );
      expect(statuses(answer)).toEqual(['15', '15']);
    });

    test('come inline in base64, several in one answer, of any length', async () => {
      const phone = await newPhone();
      const files = [0, 1, 2, 3, 70_000].map((n) => randomBytes(n));
      const { data } = await deliver(
        phone,
        buildMail({ attachments: files.map((content, n) => ({ name: `${n}.bin`, content })) }),
      );
      const references = children(child(data, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment').map(
        (a) => textOf(a, 'AirSyncBase:FileReference') ?? '',
      );
      expect(references).toHaveLength(5);
      const answer = await operate(
        phone,
        ...references.map((r) => fetchOf(el('AirSyncBase:FileReference', r))),
      );
      const got = results(answer).map((r) =>
        Buffer.from(textOf(child(r, 'ItemOperations:Properties'), 'ItemOperations:Data') ?? '', 'base64'),
      );
      expect(got.map((g, n) => g.equals(files[n] ?? randomBytes(1)))).toEqual([true, true, true, true, true]);
    });

    test('of 12 MB arrive whole', async () => {
      const phone = await newPhone();
      const content = randomBytes(12_000_000);
      const { data } = await deliver(phone, buildMail({ attachments: [{ name: 'big.bin', content }] }));
      const answer = await operate(phone, fetchOf(el('AirSyncBase:FileReference', referenceOf(data))));
      const got = Buffer.from(textOf(propertiesOf(answer), 'ItemOperations:Data') ?? '', 'base64');
      expect(createHash('sha256').update(got).digest('hex')).toBe(
        createHash('sha256').update(content).digest('hex'),
      );
    });

    test('come in ranges, with 8 for one beyond the end (MS-ASCMD 2.2.3.143.1)', async () => {
      const phone = await newPhone();
      const content = randomBytes(200_000);
      const { data } = await deliver(phone, buildMail({ attachments: [{ name: 'a.bin', content }] }));
      const range = (text: string) =>
        operate(
          phone,
          fetchOf(
            el('AirSyncBase:FileReference', referenceOf(data)),
            options(el('ItemOperations:Range', text)),
          ),
        );
      for (const [start, last] of [
        [0, 0],
        [1, 99_999],
        [65_535, 131_073],
        [199_999, 199_999],
      ] as const) {
        const properties = propertiesOf(await range(`${start}-${last}`));
        const got = Buffer.from(textOf(properties, 'ItemOperations:Data') ?? '', 'base64');
        expect(got.equals(content.subarray(start, last + 1)), `${start}-${last}`).toBe(true);
        expect(textOf(properties, 'ItemOperations:Range')).toBe(`${start}-${last}`);
        expect(textOf(properties, 'ItemOperations:Total')).toBe('200000');
      }
      expect(textOf(propertiesOf(await range('199000-300000')), 'ItemOperations:Range')).toBe(
        '199000-199999',
      );
      expect(statuses(await range('200000-200001'))).toEqual(['8']);
    });

    test('of others are as if they did not exist (I22)', async () => {
      const phone = await newPhone();
      const { data } = await deliver(phone, buildMail({ attachments: [{ name: 'a', content: 'secret' }] }));
      const stranger = await newPhone('12.1');
      expect(
        statuses(await operate(stranger, fetchOf(el('AirSyncBase:FileReference', referenceOf(data))))),
      ).toEqual(['15']);
      const search = (reference: string) =>
        `?Cmd=GetAttachment&AttachmentName=${encodeURIComponent(reference)}&User=${stranger.address}&DeviceId=${stranger.deviceId}&DeviceType=Test`;
      expect((await stranger.post('GetAttachment', null, {}, search(referenceOf(data)))).status).toBe(500);
    });
  });

  describe('GetAttachment', () => {
    const get = (phone: Phone, name: string) =>
      phone.post(
        'GetAttachment',
        null,
        {},
        `?Cmd=GetAttachment&AttachmentName=${encodeURIComponent(name)}&User=${phone.address}&DeviceId=${phone.deviceId}&DeviceType=Test`,
      );

    test('brings the bytes with their type in 12.1 (MSASCMD_S06_TC01, MS-ASHTTP S01_TC04)', async () => {
      const phone = await newPhone('12.1');
      const { data } = await deliver(
        phone,
        buildMail({ attachments: [{ name: 'number1.jpg', type: 'image/jpeg', content: 'a picture' }] }),
      );
      const answer = await get(phone, referenceOf(data));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('image/jpeg');
      expect(Buffer.from(answer.bytes).toString()).toBe('a picture');
    });

    test('may be named in the base64 query (MS-ASHTTP S01_TC03)', async () => {
      const phone = await newPhone('12.1');
      const { data } = await deliver(
        phone,
        buildMail({ attachments: [{ name: 'a.txt', content: 'in it' }] }),
      );
      const counted = (text: string) => [text.length, ...Buffer.from(text)];
      const query = Buffer.from([
        ...[121, 4, 9, 4],
        ...[...counted(phone.deviceId), 0, ...counted('Test')],
        ...[0, ...counted(referenceOf(data))],
      ]);
      const answer = await phone.post('GetAttachment', null, {}, `?${query.toString('base64')}`);
      expect(answer.status).toBe(200);
      expect(Buffer.from(answer.bytes).toString()).toBe('in it');
    });

    test('of what is gone is HTTP 500 (MSASCMD_S06_TC02)', async () => {
      const phone = await newPhone('12.1');
      const { data, serverId } = await deliver(
        phone,
        buildMail({ attachments: [{ name: 'a', content: 'x' }] }),
      );
      const reference = referenceOf(data);
      await operate(phone, el('ItemOperations:EmptyFolderContents', el('AirSync:CollectionId', phone.inbox)));
      expect(serverId).not.toBe('');
      expect((await get(phone, reference)).status).toBe(500);
      expect((await get(phone, 'x')).status).toBe(500);
    });

    test('is no command of later versions', async () => {
      const phone = await newPhone('14.1');
      expect((await get(phone, 'x.1')).status).toBe(501);
    });
  });

  describe('the multipart form', () => {
    test('has the document first, then each body and attachment (MSASCMD_S08_TC07, TC08, MS-ASHTTP S03_TC01, MSASAIRS_S02_TC14)', async () => {
      const phone = await newPhone();
      const { serverId, data } = await deliver(
        phone,
        buildMail({ text: 'Body words', attachments: [{ name: 'a.bin', content: 'attached' }] }),
      );
      const { bytes, headers } = await phone.post(
        'ItemOperations',
        el(
          'ItemOperations:ItemOperations',
          fetchOf(
            ...item(phone, serverId),
            options(bodyPreference(2, undefined, el('AirSyncBase:Preview', 4))),
          ),
          fetchOf(el('AirSyncBase:FileReference', referenceOf(data))),
        ),
        { 'ms-asacceptmultipart': 'T' },
      );
      expect(headers.get('content-type')).toBe('application/vnd.ms-sync.multipart');
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const parts = Array.from({ length: view.getUint32(0, true) }, (_, i) => {
        const start = view.getUint32(4 + i * 8, true);
        return bytes.subarray(start, start + view.getUint32(8 + i * 8, true));
      });
      expect(parts).toHaveLength(3);

      const root = decodeWbxml(parts[0] ?? new Uint8Array());
      const [mail, file] = child(root, 'ItemOperations:Response')?.children ?? [];
      const body = child(child(mail, 'ItemOperations:Properties'), 'AirSyncBase:Body');
      expect(body?.children.map((c) => c.tag)).toEqual([
        'AirSyncBase:Type',
        'AirSyncBase:EstimatedDataSize',
        'AirSyncBase:Preview',
        'ItemOperations:Part',
      ]);
      expect(textOf(body, 'ItemOperations:Part')).toBe('1');
      expect(textOf(child(file, 'ItemOperations:Properties'), 'ItemOperations:Part')).toBe('2');
      expect(Buffer.from(parts[1] ?? []).toString()).toBe('Body words');
      expect(Buffer.from(parts[2] ?? []).toString()).toBe('attached');
    });
  });
}
