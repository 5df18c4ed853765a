import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { EMAIL_PROTECTION, makeCertificate } from '../../support/certificates.ts';
import type { Waypost } from '../../support/harness.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';

const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The address list, Settings, ResolveRecipients and ValidateCert over the wire, on one of the stores. */
export function peopleSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  let ann: Phone;
  let tenantId: string;
  const root = makeCertificate({ name: 'Root', ca: true, keyUsage: 0x06 });
  const certificate = makeCertificate({
    name: 'Bob',
    issuer: root,
    keyUsage: 0xa0,
    purposes: [EMAIL_PROTECTION],
  });

  beforeAll(async () => {
    server = await startServer({ store });
    await server.admin('POST', '/domains', { domain: 'people.test' });
    const add = (local: string, displayName: string, password?: string) =>
      server.admin<{ tenantId: string }>('POST', '/users', {
        address: `${local}@people.test`,
        displayName,
        ...(password === undefined ? {} : { password }),
      });
    ({ tenantId } = await add('staff_user01', 'Staff_User01', 'a-password'));
    await add('staff_user02', 'Staff_User02');
    await add('staff_user03', 'Staff_User03');
    await server.addUser('staff_user09@other-people.test');
    for (const n of ['01', '02', '03']) {
      await server.admin('PUT', `/users/staff_user${n}@people.test/attributes`, {
        firstName: `First${n}`,
        lastName: `Last${n}`,
        title: 'Clerk',
        office: 'Tower',
        company: 'People',
        phone: '1',
        homePhone: '2',
        mobilePhone: '3',
      });
    }
    await putPhoto('staff_user01', 2_000);
    await putPhoto('staff_user02', 3_000);
    await server.admin('POST', '/users/staff_user02@people.test/certificates', {
      certificate: certificate.base64,
    });
    await server.admin('POST', `/tenants/${tenantId}/trusted-roots`, { certificate: root.base64 });
    await server.admin('POST', '/groups', {
      address: 'team@people.test',
      displayName: 'Test Group',
      members: ['staff_user01@people.test', 'staff_user02@people.test'],
    });
    await server.admin('POST', '/groups', {
      address: 'everybody@people.test',
      displayName: 'Large Group',
      members: Array.from({ length: 21 }, (_, i) => `m${i}@people.test`),
    });
    ann = new Phone(server, 'staff_user01@people.test', 'a-password');
  });
  afterAll(() => server?.stop());

  async function putPhoto(local: string, size: number): Promise<void> {
    const bytes = new Uint8Array(size);
    bytes.set(PNG_HEAD);
    const { status } = await server.fetch(`/admin/v1/users/${local}@people.test/photo`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'image/png' },
      body: bytes,
    });
    expect(status).toBe(200);
  }

  /** One command at a version; the document of the answer. */
  async function send(command: string, body: WbxmlNode, version: string): Promise<WbxmlElement> {
    ann.version = version;
    const { status, root: document } = await ann.post(command, body);
    expect(status).toBe(200);
    if (document === null) throw new Error(`${command} without a document`);
    return document;
  }

  describe.each(['14.1', '16.1'])('the address list at %s', (version) => {
    async function search(query: string, range: string, picture?: WbxmlNode) {
      const answer = await send(
        'Search',
        el(
          'Search:Search',
          el(
            'Search:Store',
            el('Search:Name', 'GAL'),
            el('Search:Query', query),
            el('Search:Options', el('Search:Range', range), picture),
          ),
        ),
        version,
      );
      expect(textOf(answer, 'Search:Status')).toBe('1');
      const found = child(child(answer, 'Search:Response'), 'Search:Store');
      const results = children(found, 'Search:Result').map((r) => child(r, 'Search:Properties'));
      const pictures = results.map((r) => textOf(child(r, 'GAL:Picture'), 'GAL:Status'));
      return { found, results, pictures };
    }
    const picture = (maxSize: number, maxPictures: number) =>
      el('Search:Picture', el('Search:MaxSize', maxSize), el('Search:MaxPictures', maxPictures));

    test('MS-ASCMD S14_TC14 finds those of the own tenant, by name, in order', async () => {
      const { found, results } = await search('Staff_User', '0-2');
      expect(textOf(found, 'Search:Status')).toBe('1');
      expect(textOf(found, 'Search:Range')).toBe('0-2');
      expect(textOf(found, 'Search:Total')).toBe('3');
      expect(results.map((r) => textOf(r, 'GAL:DisplayName'))).toEqual([
        'Staff_User01',
        'Staff_User02',
        'Staff_User03',
      ]);
      expect(results[0]?.children.map((c) => c.tag.slice(4))).toEqual([
        ...['DisplayName', 'Phone', 'Office', 'Title', 'Company', 'Alias', 'FirstName', 'LastName'],
        ...['HomePhone', 'MobilePhone', 'EmailAddress'],
      ]);
    });

    test('MS-ASCMD S14_TC20 S14_TC21 S14_TC26 sends photos within the limits', async () => {
      expect((await search('Staff_User', '0-2', picture(1_024, 3))).pictures).toEqual(['174', '174', '173']);
      expect((await search('Staff_User', '0-2', picture(10_240, 1))).pictures).toEqual(['1', '175', '173']);
      const { pictures, results } = await search('Staff_User', '0-2', picture(10_240, 3));
      expect(pictures).toEqual(['1', '1', '173']);
      expect(child(child(results[1], 'GAL:Picture'), 'GAL:Data')?.opaque).toHaveLength(3_000);
      expect((await search('Staff_User', '0-2', el('Search:Picture'))).pictures).toEqual(['1', '1', '173']);
    });
  });

  test('MS-ASCMD S23_TC04 Find finds them too', async () => {
    const answer = await send(
      'Find',
      el(
        'Find:Find',
        el('Find:SearchId', '00000000-0000-0000-0000-000000000001'),
        el(
          'Find:ExecuteSearch',
          el(
            'Find:GalSearchCriterion',
            el('Find:Query', 'staff_'),
            el('Find:Options', el('Find:Range', '0-22'), el('Find:Picture', el('Find:MaxPictures', 1))),
          ),
        ),
      ),
      '16.1',
    );
    expect(textOf(answer, 'Find:Status')).toBe('1');
    const response = child(answer, 'Find:Response');
    expect([textOf(response, 'Find:Status'), textOf(response, 'Find:Total')]).toEqual(['1', '3']);
    const results = children(response, 'Find:Result').map((r) => child(r, 'Find:Properties'));
    expect(results.map((r) => textOf(r, 'GAL:Alias'))).toEqual([
      'staff_user01',
      'staff_user02',
      'staff_user03',
    ]);
    expect(results.map((r) => textOf(child(r, 'GAL:Picture'), 'GAL:Status'))).toEqual(['1', '175', '173']);
  });

  describe.each(['12.1', '14.0', '14.1', '16.1'])('Settings at %s', (version) => {
    const settings = (...properties: WbxmlNode[]) =>
      send('Settings', el('Settings:Settings', properties), version);
    const setOof = async (...parts: WbxmlNode[]) =>
      textOf(
        child(await settings(el('Settings:Oof', el('Settings:Set', parts))), 'Settings:Oof'),
        'Settings:Status',
      );
    const message = (audience: string, reply: string) =>
      el(
        'Settings:OofMessage',
        el(`Settings:AppliesTo${audience}`),
        el('Settings:Enabled', 1),
        el('Settings:ReplyMessage', reply),
        el('Settings:BodyType', 'TEXT'),
      );
    const state = (value: number) => el('Settings:OofState', value);

    test('MS-ASCMD S16_TC01 S16_TC03 S16_TC10 S16_TC12 keeps the automatic replies', async () => {
      expect(await setOof(state(2), el('Settings:StartTime', '2026-11-01T00:00:00.000Z'))).toBe('2');
      expect(await setOof(message('ExternalKnown', 'one'), message('ExternalUnknown', 'two'))).toBe('6');
      const texts = [
        message('Internal', 'Gone'),
        message('ExternalKnown', 'Call'),
        message('ExternalUnknown', 'Call'),
      ];
      expect(await setOof(state(2), ...texts)).toBe('1');
      const got = await settings(
        el('Settings:Oof', el('Settings:Get', el('Settings:BodyType', 'TEXT'))),
        el('Settings:UserInformation', el('Settings:Get')),
      );
      expect(got.children.map((c) => c.tag.slice(9))).toEqual(['Status', 'Oof', 'UserInformation']);
      const messages = children(child(child(got, 'Settings:Oof'), 'Settings:Get'), 'Settings:OofMessage');
      expect(messages.map((m) => textOf(m, 'Settings:ReplyMessage'))).toEqual(['Gone', 'Call', 'Call']);
      expect(await setOof(state(0))).toBe('1');
    });

    test('MS-ASCMD S16_TC04 tells the addresses', async () => {
      const got = await settings(el('Settings:UserInformation', el('Settings:Get')));
      const get = child(child(got, 'Settings:UserInformation'), 'Settings:Get');
      const account = child(child(get, 'Settings:Accounts'), 'Settings:Account') ?? get;
      const addresses = child(account, 'Settings:EmailAddresses');
      expect(textOf(addresses, 'Settings:SMTPAddress')).toBe('staff_user01@people.test');
      expect(child(get, 'Settings:Accounts') !== undefined).toBe(version >= '14.1');
    });

    test('MS-ASCMD S16_TC02 S16_TC16 answers the recovery password', async () => {
      const refused = await settings(el('Settings:DevicePassword', el('Settings:Set')));
      expect(refused.children.map((c) => c.text)).toEqual(['2']);
      const password = el('Settings:Password', 'p'.repeat(256));
      const long = await settings(el('Settings:DevicePassword', el('Settings:Set', password)));
      expect(textOf(child(long, 'Settings:DevicePassword'), 'Settings:Status')).toBe('5');
    });
  });

  describe.each(['14.1', '16.1'])('ResolveRecipients at %s', (version) => {
    const tag = (name: string) => `ResolveRecipients:${name}`;
    async function resolve(to: string[], ...options: WbxmlNode[]) {
      const answer = await send(
        'ResolveRecipients',
        el(
          tag('ResolveRecipients'),
          el(tag('Options'), options),
          to.map((name) => el(tag('To'), name)),
        ),
        version,
      );
      return { status: textOf(answer, tag('Status')), responses: children(answer, tag('Response')) };
    }
    const first = (response: WbxmlElement | undefined) => children(response, tag('Recipient'))[0];

    test('MS-ASCMD S13_TC08 S13_TC12 S13_TC20 tells one from several from nobody', async () => {
      const { status, responses } = await resolve(['staff_user02', 'Staff_User', 'nobody', 'staff_user09']);
      expect(status).toBe('1');
      expect(responses.map((r) => textOf(r, tag('Status')))).toEqual(['1', '2', '4', '4']);
      expect(textOf(first(responses[0]), tag('EmailAddress'))).toBe('staff_user02@people.test');
      expect(children(responses[1], tag('Recipient'))).toHaveLength(3);
      expect((await resolve(Array.from({ length: 101 }, (_, i) => `User${i}`))).status).toBe('5');
    });

    test('MS-ASCMD S13_TC01 S13_TC14 gives certificates', async () => {
      const retrieve = el(tag('CertificateRetrieval'), 2);
      const { responses } = await resolve(['staff_user02', 'staff_user01', 'Test Group'], retrieve);
      const found = responses.map((r) => child(first(r), tag('Certificates')));
      expect(found.map((c) => textOf(c, tag('Status')))).toEqual(['1', '7', '1']);
      expect(textOf(found[0], tag('Certificate'))).toBe(certificate.base64);
      expect([textOf(found[2], tag('CertificateCount')), textOf(found[2], tag('RecipientCount'))]).toEqual([
        '1',
        '2',
      ]);
    });

    test('MS-ASCMD S13_TC10 S13_TC11 S13_TC13 gives free/busy digits', async () => {
      const span = el(
        tag('Availability'),
        el(tag('StartTime'), '2026-11-01T00:20:00.000Z'),
        el(tag('EndTime'), '2026-11-01T01:00:00.000Z'),
      );
      const { responses } = await resolve(['staff_user02@people.test', 'Test Group', 'Large Group'], span);
      const found = responses.map((r) => child(first(r), tag('Availability')));
      expect(found.map((a) => [textOf(a, tag('Status')), textOf(a, tag('MergedFreeBusy'))])).toEqual([
        ['1', '00'],
        ['1', '00'],
        ['161', undefined],
      ]);
    });

    test('MS-ASCMD S13_TC16 S13_TC17 S13_TC18 S13_TC19 S21_TC02 gives photos within the limits', async () => {
      const picture = (...limits: WbxmlNode[]) => el(tag('Picture'), limits);
      const status = async (to: string, ...limits: WbxmlNode[]) => {
        const { responses } = await resolve([to], picture(...limits));
        return textOf(child(first(responses[0]), tag('Picture')), tag('Status'));
      };
      expect(await status('staff_user03')).toBe('173');
      expect(await status('staff_user01', el(tag('MaxSize'), 102_400), el(tag('MaxPictures'), 3))).toBe('1');
      expect(await status('staff_user02', el(tag('MaxSize'), 1))).toBe('174');
      expect(await status('staff_user02', el(tag('MaxPictures'), 0))).toBe('175');
    });
  });

  describe.each(['12.1', '14.1', '16.1'])('ValidateCert at %s', (version) => {
    async function validate(certificates: string[], checkCrl = '1') {
      const answer = await send(
        'ValidateCert',
        el(
          'ValidateCert:ValidateCert',
          el(
            'ValidateCert:Certificates',
            certificates.map((text) => el('ValidateCert:Certificate', text)),
          ),
          el('ValidateCert:CheckCRL', checkCrl),
        ),
        version,
      );
      return [
        textOf(answer, 'ValidateCert:Status'),
        ...children(answer, 'ValidateCert:Certificate').map((c) => textOf(c, 'ValidateCert:Status')),
      ];
    }

    test('MS-ASCMD S20_TC01 S20_TC02 S20_TC03 checks against the roots of the tenant', async () => {
      const stranger = makeCertificate({ name: 'Stranger' });
      const forged = makeCertificate({ name: 'Forged', issuer: root, forged: true });
      const given = [certificate.base64, stranger.base64, forged.base64];
      expect(await validate(given)).toEqual(['1', '1', '4', '3']);
      expect(await validate([Buffer.from('MIIBxzCCAS0CCQ!').toString('base64')])).toEqual(['1', '3']);
      expect(await validate(Array.from({ length: 101 }, () => certificate.base64))).toEqual(['2']);
    });
  });
}
