import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../codecs/soap/read.ts';
import { type AutodiscoverClient, autodiscoverClient, poxRequest } from '../clients/autodiscover/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const ORIGIN = 'https://autodiscover.find.example';
const PASSWORD = 'a-password-1';

let server: InProcess;
let ann: AutodiscoverClient;
const ADDRESS = 'ann@find.example';

beforeAll(async () => {
  server = await startInProcess();
  const { tenantId } = await server.addUser(ADDRESS, PASSWORD);
  await server.addUser('bob@find.example', PASSWORD);
  await server.admin('POST', '/domains', { domain: 'other.example', tenantId });
  await server.admin('POST', '/domains', { domain: 'stranger.example' });
  for (const alias of ['anne@find.example', 'ann@other.example']) {
    await server.admin('POST', '/aliases', { alias, address: ADDRESS });
  }
  ann = autodiscoverClient(server, ORIGIN, ADDRESS, PASSWORD);
});
afterAll(() => server?.stop());

describe('plain XML', () => {
  it('tells phones the address of ActiveSync', async () => {
    const answer = await ann.pox('mobilesync', ADDRESS);
    expect([answer.status, answer.schema]).toEqual([
      200,
      'http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006',
    ]);
    expect(answer.at('User', 'EMailAddress')).toBe(ADDRESS);
    expect(answer.at('Action', 'Settings', 'Server', 'Type')).toBe('MobileSync');
    expect(answer.at('Action', 'Settings', 'Server', 'Url')).toBe(`${ORIGIN}/Microsoft-Server-ActiveSync`);
  });

  it.each([
    'outlook',
    'outlook-a',
  ] as const)('tells desktops (%s) the address of EWS, and nothing that is not here', async (kind) => {
    const answer = await ann.pox(kind, ADDRESS);
    expect(answer.schema).toMatch(kind === 'outlook' ? /outlook\/responseschema\/2006$/ : /2006a$/);
    expect(answer.at('Account', 'Action')).toBe('settings');
    for (const type of ['EXCH', 'EXPR']) {
      const protocol = answer.protocol(type);
      expect([textOf(protocol, 'EwsUrl'), textOf(protocol, 'ASUrl')]).toEqual(
        Array(2).fill(`${ORIGIN}/EWS/Exchange.asmx`),
      );
    }
    expect(textOf(answer.protocol('EXCH'), 'ServerVersion')).toBe('73C189CB');
    expect(answer.text).not.toMatch(/mapi|EXHTTP|OAB|OWA/i);
  });

  it('is found in any letter case', async () => {
    for (const path of ['/Autodiscover/Autodiscover.xml', '/AUTODISCOVER/AUTODISCOVER.XML']) {
      expect((await ann.pox('mobilesync', ADDRESS, path)).error).toBeNull();
    }
  });

  it('names the primary address to who asks with an alias of its domain', async () => {
    const answer = await ann.pox('outlook-a', 'Anne@find.example');
    expect(answer.at('User', 'AutoDiscoverSMTPAddress')).toBe(ADDRESS);
    expect((await ann.pox('mobilesync', 'ann+news@find.example')).at('User', 'EMailAddress')).toBe(ADDRESS);
  });

  it('sends who asks with an alias of another domain to the primary address', async () => {
    const outlook = await ann.pox('outlook-a', 'ann@other.example');
    expect([outlook.at('Account', 'Action'), outlook.at('Account', 'RedirectAddr')]).toEqual([
      'redirectAddr',
      ADDRESS,
    ]);
    expect((await ann.pox('mobilesync', 'ann@other.example')).at('Action', 'Redirect')).toBe(ADDRESS);
  });

  it('says of another address the same, whether or not there is somebody (I22)', async () => {
    const said = async (address: string) =>
      (await ann.pox('outlook-a', address)).text.replaceAll(address, 'X');
    expect(await said('bob@find.example')).toBe(await said('nobody@find.example'));
    expect((await ann.pox('outlook-a', 'bob@find.example')).at('User', 'AutoDiscoverSMTPAddress')).toBe(
      'bob@find.example',
    );
    expect((await ann.pox('outlook-a', 'bob@stranger.example')).error).toBe('500');
    expect((await ann.pox('outlook-a', 'bob@nowhere.example')).error).toBe('500');
  });

  it('answers what it cannot read by 600, and schemas that it does not have by 601', async () => {
    for (const body of ['', 'words', '<Autodiscover>', '<Autodiscover><Request/></Autodiscover>', '<x/>']) {
      const answer = await ann.poxBody(body);
      expect([body, answer.status, answer.error]).toEqual([body, 200, '600']);
    }
    const other = poxRequest('outlook', ADDRESS).replace(
      'outlook/responseschema/2006',
      'mapi/responseschema/2006',
    );
    expect((await ann.poxBody(other)).error).toBe('601');
    expect((await ann.poxBody(poxRequest('outlook', ADDRESS).replace(/<Acc.*Schema>/, ''))).error).toBe(
      '601',
    );
  });

  it('refuses a document type, whatever the encoding, and what is too long (A01, A02)', async () => {
    const evil = `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${poxRequest('outlook', '&x;').replace(/<\?.*?\?>/, '')}`;
    const refused = await ann.poxBody(evil);
    expect([refused.status, refused.error]).toEqual([400, '600']);
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${evil}`, 'utf16le'));
    expect((await ann.poxBody(utf16)).error).toBe('600');
    expect((await ann.poxBody(`<a>${'x'.repeat(200_000)}</a>`)).status).toBe(413);
  });

  it('takes a packed request', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = new Uint8Array(gzipSync(poxRequest('mobilesync', ADDRESS)));
    expect((await ann.poxBody(packed, { 'content-encoding': 'gzip' })).error).toBeNull();
    expect((await ann.poxBody(packed.slice(0, 20), { 'content-encoding': 'gzip' })).error).toBe('600');
    expect((await ann.poxBody('x', { 'content-encoding': 'br' })).error).toBe('600');
  });

  it('writes what is asked for so that it stays text', async () => {
    const answer = await ann.pox('outlook-a', 'a&amp;b@find.example');
    expect(answer.at('User', 'DisplayName')).toBe('a&b@find.example');
  });
});

describe('signing in', () => {
  it.each([
    ['GET', '/autodiscover/autodiscover.xml'],
    ['POST', '/autodiscover/autodiscover.xml'],
    ['GET', '/autodiscover/autodiscover.svc'],
    ['POST', '/autodiscover/autodiscover.svc'],
  ])('is asked of %s %s, where the SOAP service is made known', async (method, path) => {
    const answer = await server.fetch(`${ORIGIN}${path}`, { method });
    expect([answer.status, answer.headers.get('x-soap-enabled')]).toEqual([401, 'True']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('is refused with the same words to those who are here and those who are not', async () => {
    const said = async (user: string) => {
      const response = await server.fetch(`${ORIGIN}/autodiscover/autodiscover.xml`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${user}:wrong`)}` },
        body: poxRequest('outlook', user),
      });
      return [response.status, await response.text(), response.headers.get('www-authenticate')];
    };
    expect(await said(ADDRESS)).toEqual(await said('nobody@find.example'));
  });
});

describe('SOAP', () => {
  const ASKED = ['ExternalEwsUrl', 'InternalEwsUrl', 'EwsSupportedSchemas', 'AutoDiscoverSMTPAddress'];

  it.each(['1.1', '1.2'] as const)('gives the settings of a user (SOAP %s)', async (version) => {
    const answer = await ann.settings([ADDRESS], [...ASKED, 'EwsPartnerUrl', 'NoSuchThing'], version);
    expect([answer.status, answer.code]).toEqual([200, 'NoError']);
    const [user] = answer.users;
    expect([user?.code, user?.settings['ExternalEwsUrl'], user?.settings['AutoDiscoverSMTPAddress']]).toEqual(
      ['NoError', `${ORIGIN}/EWS/Exchange.asmx`, ADDRESS],
    );
    expect(user?.errors).toEqual({ EwsPartnerUrl: 'SettingIsNotAvailable', NoSuchThing: 'InvalidSetting' });
    expect(answer.text).toContain('<a:RelatesTo>urn:uuid:1</a:RelatesTo>');
  });

  it('answers each address by itself, in order', async () => {
    const asked = ['ann@other.example', 'bob@find.example', 'x@nowhere.example', 'not an address'];
    const { users } = await ann.settings(asked, ['AutoDiscoverSMTPAddress']);
    expect(users.map((one) => one.code)).toEqual([
      'RedirectAddress',
      'NoError',
      'InvalidUser',
      'InvalidUser',
    ]);
    expect(users[0]?.redirect).toBe(ADDRESS);
    expect(users[1]?.settings).toEqual({ AutoDiscoverSMTPAddress: 'bob@find.example' });
  });

  it('has everything that exchangelib must have, which takes a missing setting for a failure', async () => {
    const { users } = await ann.settings(
      [ADDRESS],
      [
        ...['UserDN', 'MailboxDN', 'UserDisplayName', 'AutoDiscoverSMTPAddress'],
        ...['ExternalEwsUrl', 'EwsSupportedSchemas'],
      ],
    );
    expect(users[0]?.errors).toEqual({});
    expect(users[0]?.settings['MailboxDN']).toBe(users[0]?.settings['UserDN']);
  });

  it('gives the settings of a domain', async () => {
    const { users } = await ann.domains(['find.example', 'stranger.example'], ['ExternalEwsUrl']);
    expect(users.map((one) => [one.code, one.settings['ExternalEwsUrl']])).toEqual([
      ['NoError', `${ORIGIN}/EWS/Exchange.asmx`],
      ['InvalidDomain', undefined],
    ]);
  });

  it('refuses too much, nothing, and what it is not', async () => {
    expect((await ann.settings([], ASKED)).code).toBe('InvalidRequest');
    expect((await ann.settings([ADDRESS], [])).code).toBe('InvalidRequest');
    expect((await ann.settings(Array(101).fill(ADDRESS), ['UserDN'])).code).toBe('InvalidRequest');
    const other = await ann.soapBody('<a:GetFederationInformationRequestMessage/>');
    expect([other.status, other.body?.name]).toEqual([400, 'Fault']);
    expect((await ann.soapBody('')).body?.name).toBe('Fault');
  });
});

describe('JSON', () => {
  const get = async (path: string) => {
    const response = await server.fetch(`${ORIGIN}${path}`);
    return [response.status, await response.json()];
  };
  const ACTIVE_SYNC = { Protocol: 'ActiveSync', Url: `${ORIGIN}/Microsoft-Server-ActiveSync` };

  it.each([
    [
      '/autodiscover/autodiscover.json?Email=ann%40find.example&Protocol=ActiveSync&RedirectCount=1',
      ACTIVE_SYNC,
    ],
    ['/Autodiscover/Autodiscover.JSON?email=nobody%40find.example&protocol=activesync', ACTIVE_SYNC],
    ['/autodiscover/autodiscover.json/v1.0/ann@find.example?Protocol=ACTIVESYNC', ACTIVE_SYNC],
    [
      '/autodiscover/autodiscover.json/V1.0/ann%40find.example?Protocol=EWS',
      { Protocol: 'EWS', Url: `${ORIGIN}/EWS/Exchange.asmx` },
    ],
    [
      '/autodiscover/autodiscover.json?Email=a@b.example&Protocol=autodiscoverV1',
      { Protocol: 'AutodiscoverV1', Url: `${ORIGIN}/autodiscover/autodiscover.xml` },
    ],
  ])('answers %s without a password', async (path, expected) => {
    expect(await get(path)).toEqual([200, expected]);
  });

  it.each([
    ['?Email=a@b.example', 'MissingProtocol'],
    ['?Email=a@b.example&Protocol=Rest', 'ProtocolNotSupported'],
    ['?Protocol=EWS', 'MandatoryParameterMissing'],
    ['?Email=nonsense&Protocol=EWS', 'InvalidUserId'],
    [
      '?@find.example/ews/exchange.asmx&Email=autodiscover/autodiscover.json%3f@find.example',
      'MissingProtocol',
    ],
  ])('refuses %s', async (query, code) => {
    expect(await get(`/autodiscover/autodiscover.json${query}`)).toEqual([
      400,
      expect.objectContaining({ ErrorCode: code }),
    ]);
  });
});

describe('paths', () => {
  const status = async (path: string, init: RequestInit = {}) =>
    (await server.fetch(`${ORIGIN}${path}`, init)).status;

  it.each([
    '/autodiscover/autodiscover.xml/x.js',
    '/autodiscover//autodiscover.xml',
    '/autodiscover/autodiscover.xml%2f',
    '/autodiscover/autodiscover.xml;x',
    '/autodiscover/autodiscover.xml%20',
    '/autodiscover/autodiscover.xml.',
    '/autodiscover%5cautodiscover.xml',
    '/autodiscover/autodiscover.json/v1.0/',
    '/autodiscover/autodiscover.json/v1.0/a@b.example/ews/exchange.asmx',
    '/autodiscover/autodiscover.json/v1.0/%ff',
    '/x/autodiscover/autodiscover.xml',
  ])('that only look like ours are not found: %s (A32)', async (path) => {
    expect(await status(path)).toBe(404);
  });

  it('lead where they say after they were parsed, whatever else is said (A32)', async () => {
    expect(await status('/autodiscover/autodiscover.json/../../ews/exchange.asmx')).toBe(401);
    expect(await status('/autodiscover/%2e%2e/ews/exchange.asmx')).toBe(401);
    const headers = { 'x-original-url': '/autodiscover/autodiscover.json', 'x-rewrite-url': '/healthz' };
    expect(await status('/autodiscover/autodiscover.xml', { headers })).toBe(401);
    expect(await status('/autodiscover/autodiscover.xml?x=/autodiscover/autodiscover.json')).toBe(401);
  });

  it('take no other methods', async () => {
    expect(await status('/autodiscover/autodiscover.json', { method: 'POST', body: 'x' })).toBe(405);
    expect(await status('/autodiscover/autodiscover.xml', { method: 'PUT', body: 'x' })).toBe(405);
  });
});

describe('plain http', () => {
  it.each([
    '/autodiscover/autodiscover.xml',
    '/Autodiscover/Autodiscover.json?Email=a@b.example&Protocol=EWS',
  ])('answers %s by a way to https, even to who has a password', async (path) => {
    const answer = await server.fetch(`http://autodiscover.find.example${path}`, {
      method: path.includes('json') ? 'GET' : 'POST',
      headers: { authorization: `Basic ${btoa(`${ADDRESS}:${PASSWORD}`)}` },
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${ORIGIN}${path}`]);
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });

  it('is good enough on the machine itself', async () => {
    const local = autodiscoverClient(server, 'http://127.0.0.1:8787', ADDRESS, PASSWORD);
    expect((await local.pox('outlook-a', ADDRESS)).protocol('EXCH')?.children[4]?.text).toBe(
      'http://127.0.0.1:8787/EWS/Exchange.asmx',
    );
  });
});

describe('the address of the installation', () => {
  it('is what everybody is told when it is set', async () => {
    const other = await startInProcess({ vars: { PUBLIC_URL: 'https://mail.host.example' } });
    try {
      await other.addUser(ADDRESS, PASSWORD);
      const client = autodiscoverClient(other, ORIGIN, ADDRESS, PASSWORD);
      const { users } = await client.settings([ADDRESS], ['ExternalEwsUrl', 'ExternalMailboxServer']);
      expect(users[0]?.settings).toEqual({
        ExternalEwsUrl: 'https://mail.host.example/EWS/Exchange.asmx',
        ExternalMailboxServer: 'mail.host.example',
      });
    } finally {
      await other.stop();
    }
  });
});
