import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { bodyPreference, Phone } from '../phone.ts';

/** Properties and bodies of mail items over ActiveSync, on one of the stores. */
export function itemSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startWaypost({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(version = '16.1'): Promise<Phone> {
    const address = `item${++users}@mail.test`;
    await server.addUser(address, 'a-password');
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    return phone.start();
  }

  async function deliver(phone: Phone, raw: Uint8Array | string): Promise<void> {
    const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw.replace(/\r?\n/g, '\r\n')) : raw;
    const { outcome } = await server.email('sender@sender.example', phone.address, bytes);
    expect(outcome).toBe('ok');
  }

  /** What one Sync says of one message that was just delivered. */
  async function received(raw: Uint8Array | string, version = '16.1'): Promise<WbxmlElement | undefined> {
    const phone = await newPhone(version);
    await deliver(phone, raw);
    return (await phone.receive(1))[0]?.data;
  }

  const bodyPart = (...nodes: ReturnType<typeof el>[]) =>
    el('AirSyncBase:BodyPartPreference', el('AirSyncBase:Type', 2), nodes);

  describe('the class of a message (MSASEMAIL_S01_TC18, MS-ASEMAIL 2.2.2.49)', () => {
    const head = 'From: a@b.example\nMessage-ID: <1@b.example>\nSubject: s\n';
    test.each([
      [
        'a report that something was not delivered',
        `${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; b.example\n\nAction: failed\n--b--\n`,
        'REPORT.IPM.Note.NDR',
      ],
      [
        'a signed message',
        `${head}Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n`,
        'IPM.Note.SMIME.MultipartSigned',
      ],
      [
        'an invitation',
        `${head}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART:20261121T090000Z\nEND:VEVENT\nEND:VCALENDAR\n--b--\n`,
        'IPM.Schedule.Meeting.Request',
      ],
    ])('of %s is kept', async (_name, raw, expected) => {
      expect(textOf(await received(raw), 'Email:MessageClass')).toBe(expected);
    });
  });

  test('an item without flag and category says so by empty elements (MSASEMAIL_S01_TC02)', async () => {
    const data = await received(buildMail(), '14.1');
    expect(child(data, 'Email:Flag')?.children).toEqual([]);
    expect(child(data, 'Email:Categories')?.children).toEqual([]);
    expect(textOf(data, 'Email:ContentClass')).toBe('urn:content-classes:message');
    // MSASEMAIL_S01_TC01
    expect(child(data, 'Email2:ConversationIndex')?.opaque).toHaveLength(5);
    expect(child(data, 'Email2:ReceivedAsBcc')).toBeUndefined();
  });

  test('a voice mail has caller, order and duration (MSASEMAIL_S02_TC01)', async () => {
    const recording = (name: string) =>
      `--b\nContent-Type: audio/mp3\nContent-Disposition: attachment; filename="${name}"\nContent-Transfer-Encoding: base64\n\nAAAA\n`;
    const data = await received(
      `From: a@b.example\nMessage-ID: <v@b.example>\nContent-Class: voice\nX-CallingTelephoneNumber: 7125550123\nX-VoiceMessageDuration: 2\nX-AttachmentOrder: one.mp3;two.mp3\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n${recording('one.mp3')}${recording('two.mp3')}--b--\n`,
    );
    expect(textOf(data, 'Email2:UmCallerID')).toBe('7125550123');
    const files = child(data, 'AirSyncBase:Attachments')?.children ?? [];
    expect(files.map((f) => [textOf(f, 'Email2:UmAttOrder'), textOf(f, 'Email2:UmAttDuration')])).toEqual([
      ['2', undefined],
      ['1', '2'],
    ]);
  });

  test('an attached message is one by its method and name (MSASAIRS_S03_TC03)', async () => {
    const data = await received(
      'From: a@b.example\nMessage-ID: <e@b.example>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename="Embedded mail"\n\nSubject: y\n\nz\n--b--\n',
    );
    const [eml] = child(data, 'AirSyncBase:Attachments')?.children ?? [];
    expect(textOf(eml, 'AirSyncBase:Method')).toBe('5');
    expect(textOf(eml, 'AirSyncBase:DisplayName')).toBe('Embedded mail.eml');
  });

  test('flowed text arrives in whole paragraphs, in preview and body', async () => {
    const phone = await newPhone();
    await deliver(
      phone,
      'From: a@b.example\nMessage-ID: <f@b.example>\nContent-Type: text/plain; charset=utf-8; format=flowed\n\nOne long \nparagraph.\n\nTwo.\n',
    );
    const [mail] = await phone.receive(1, { body: [bodyPreference(1)] });
    expect(textOf(child(mail?.data, 'AirSyncBase:Body'), 'AirSyncBase:Data')).toBe(
      'One long paragraph.\n\nTwo.\n',
    );
  });

  test('a reply continues the conversation index of what it answers (MSASEMAIL_S01_TC15, TC16)', async () => {
    const phone = await newPhone();
    await deliver(phone, buildMail({ messageId: '<root@x.example>', subject: 'Plan' }));
    await phone.receive(1);
    await deliver(
      phone,
      buildMail({ messageId: '<two@x.example>', subject: 'Re: Plan', inReplyTo: '<root@x.example>' }),
    );
    const [reply] = await phone.receive(1);
    expect(child(reply?.data, 'Email2:ConversationIndex')?.opaque).toHaveLength(10);
    const header = `Thread-Index: ${Buffer.from([1, ...Array(36).fill(7)]).toString('base64')}`;
    await deliver(phone, buildMail({ headers: [header], subject: 'Re: Plan' }));
    const [third] = await phone.receive(1);
    expect(child(third?.data, 'Email2:ConversationIndex')?.opaque).toEqual(new Uint8Array(20).fill(7));
  });

  describe('BodyPart (MSASCON_S01_TC07, MSASAIRS_S01)', () => {
    const REPLY = buildMail({ html: '<p>Mine</p><blockquote type="cite">Theirs</blockquote>' });

    test('holds what is not quoted, and replaces the Body when it alone is asked for', async () => {
      const phone = await newPhone('14.1');
      await deliver(phone, REPLY);
      const [mail] = await phone.receive(1, { body: [bodyPart()] });
      expect(child(mail?.data, 'AirSyncBase:Body')).toBeUndefined();
      const part = child(mail?.data, 'AirSyncBase:BodyPart');
      expect(part?.children.map((c) => c.tag.slice(12))).toEqual([
        'Status',
        'Type',
        'EstimatedDataSize',
        'Data',
      ]);
      expect(textOf(part, 'AirSyncBase:Data')).toBe('<p>Mine</p>');
    });

    test('comes beside the Body when both are asked for, cut as asked', async () => {
      const phone = await newPhone('16.1');
      await deliver(phone, REPLY);
      const [mail] = await phone.receive(1, {
        body: [bodyPreference(2), bodyPart(el('AirSyncBase:TruncationSize', 4))],
      });
      const part = child(mail?.data, 'AirSyncBase:BodyPart');
      expect(textOf(child(mail?.data, 'AirSyncBase:Body'), 'AirSyncBase:Data')).toContain('Theirs');
      expect([textOf(part, 'AirSyncBase:Truncated'), textOf(part, 'AirSyncBase:Data')]).toEqual([
        '1',
        '<p>M',
      ]);
    });
  });

  describe('a Change (MS-ASEMAIL 3.2.5.4)', () => {
    async function twoPhones() {
      const phone = await newPhone();
      await deliver(phone, buildMail());
      const [mail] = await phone.receive(1);
      const other = await new Phone(server, phone.address, 'a-password').start();
      await other.receive(1);
      const change = (...nodes: ReturnType<typeof el>[]) =>
        phone.sync({
          commands: [
            el(
              'AirSync:Change',
              el('AirSync:ServerId', mail?.serverId ?? ''),
              el('AirSync:ApplicationData', nodes),
            ),
          ],
        });
      const heard = async () => {
        for (let i = 0; i < 100; i++) {
          const { changes } = await other.sync();
          const [one] = changes;
          if (one !== undefined) return one.data;
          await new Promise((r) => setTimeout(r, 50));
        }
        throw new Error('the other phone heard nothing');
      };
      return { change, heard };
    }
    const flag = el('Email:Flag', el('Email:Status', 2), el('Email:FlagType', 'for Follow Up'));
    const tags = (data: WbxmlElement | undefined) => data?.children.map((c) => c.tag);

    test('tells another device only what changed (MSASEMAIL_S01_TC05, TC06, TC29, TC07, TC28)', async () => {
      const { change, heard } = await twoPhones();
      await change(el('Email:Read', 1));
      expect(tags(await heard())).toEqual(['Email:Read']);
      await change(flag);
      expect(tags(await heard())).toEqual(['Email:Flag']);
      await change(el('Email:Categories', el('Email:Category', 'Red')));
      expect(tags(await heard())).toEqual(['Email:Categories']);
      await change(el('Email:Read', 0), el('Email:Flag'));
      expect(tags(await heard())).toEqual(['Email:Read', 'Email:Flag']);
      await change(el('Email:Read', 1), flag, el('Email:Categories', el('Email:Category', 'Blue')));
      expect(tags(await heard())).toEqual(['Email:Read', 'Email:Flag', 'Email:Categories']);
    });

    test('takes all categories off by an empty element (MSASEMAIL_S01_TC04)', async () => {
      const { change, heard } = await twoPhones();
      await change(el('Email:Categories', el('Email:Category', 'Red')));
      await heard();
      await change(el('Email:Categories'));
      const data = await heard();
      expect(children(data, 'Email:Categories').map((c) => c.children)).toEqual([[]]);
    });
  });
}
