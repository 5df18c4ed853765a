/**
 * Every kind of answer that the server gives, from the server itself: all commands, in success and in failure, at
 * every version that differs. What the codec wrote there is for others to read.
 */
import { Buffer } from 'node:buffer';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { type Answer, bodyPreference, Phone } from '../../protocol/phone.ts';
import { makeCertificate } from '../../support/certificates.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';

export interface KeptAnswer {
  name: string;
  command: string;
  bytes: Uint8Array;
}

const PASSWORD = 'a-password';
const ANN = 'ann@answers.test';
const BOB = 'bob@answers.test';
const WORD = 'juniper';
const WBXML_POLICY = 'MS-EAS-Provisioning-WBXML';
const MULTIPART = { 'ms-asacceptmultipart': 'T' };

/** A phone that keeps every document it is sent. */
class Keeper extends Phone {
  kept: KeptAnswer[] = [];
  policy: string | null = null;

  override async post(...[command, body, headers, search]: Parameters<Phone['post']>): Promise<Answer> {
    const said = this.policy === null ? headers : { 'x-ms-policykey': this.policy, ...headers };
    const answer = await super.post(command, body, said, search);
    const name = `${command} ${this.version} #${this.kept.length}`;
    const multipart = answer.headers.get('content-type') === 'application/vnd.ms-sync.multipart';
    const bytes = multipart ? firstPart(answer.bytes) : answer.root === null ? null : answer.bytes;
    if (bytes !== null) this.kept.push({ name, command, bytes });
    return answer;
  }
}

/** The document of a multipart answer (MS-ASCMD 2.2.1.10.1.2): it is the first part. */
function firstPart(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [start, length] = [view.getUint32(4, true), view.getUint32(8, true)];
  return bytes.subarray(start, start + length);
}

type Parts = Parameters<typeof el> extends [string, ...infer P] ? P : never;
const page =
  (name: string) =>
  (tag: string, ...parts: Parts) =>
    el(`${name}:${tag}`, ...parts);
const sync = page('AirSync');
const base = page('AirSyncBase');
const tree = page('FolderHierarchy');
const items = page('ItemOperations');
const lookup = page('Search');
const find = page('Find');
const settings = page('Settings');
const resolve = page('ResolveRecipients');
const compose = page('ComposeMail');
const provision = page('Provision');
const ping = page('Ping');

/** Runs the scenario on a server that has just started. */
export async function answersOf(server: Waypost): Promise<KeptAnswer[]> {
  await server.addUser(ANN, PASSWORD);
  await server.addUser(BOB, PASSWORD);
  const certificate = await dress(server);
  const kept: KeptAnswer[] = [];
  for (const version of ['12.1', '14.0', '14.1', '16.0', '16.1']) {
    const phone = new Keeper(server, ANN, PASSWORD);
    phone.version = version;
    await server.email('sender@sender.example', ANN, message());
    await phone.start();
    const item = await mail(phone);
    await folders(phone, item);
    await fetches(phone, item);
    await searches(phone);
    await people(phone, certificate);
    await refusals(phone);
    kept.push(...phone.kept);
    kept.push(...(await policies(server, version)));
  }
  return kept;
}

/** Gives the users pictures and a certificate; resolves to the certificate. */
async function dress(server: Waypost): Promise<string> {
  const picture = new Uint8Array(600);
  picture.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  await server.fetch(`/admin/v1/users/${BOB}/photo`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'image/png' },
    body: picture,
  });
  await server.admin('PUT', `/users/${BOB}/attributes`, {
    firstName: 'Bób',
    title: 'Clerk & more',
    phone: '1',
  });
  const certificate = makeCertificate({ name: 'Bob' }).base64;
  await server.admin('POST', `/users/${BOB}/certificates`, { certificate });
  return certificate;
}

function message(): Uint8Array {
  return buildMail({
    from: 'Ünal <sender@sender.example>',
    to: ANN,
    cc: BOB,
    subject: `Über ${WORD} <&>`,
    text: `${WORD} ]]> Grüße 日本 😀\r\n`,
    html: `<p>${WORD} &amp; <img src="cid:one@x"></p>`,
    attachments: [
      { name: 'pic.png', type: 'image/png', content: Uint8Array.of(0, 1, 2, 255), contentId: 'one@x' },
      { name: 'Übersicht.txt', type: 'text/plain', content: 'file' },
    ],
  });
}

/** Sync with every body, changes, fetches, drafts and its own failures; GetItemEstimate and Ping. */
async function mail(phone: Keeper): Promise<{ id: string; data: WbxmlElement | undefined }> {
  const later = phone.version !== '12.1';
  const [first] = await phone.receive(1, { body: [bodyPreference(2)] });
  const id = first?.serverId ?? '';
  for (const type of [1, 2, 4]) {
    phone.key = '0';
    await phone.sync();
    const preview = later ? [base('Preview', 20)] : [];
    const parts = phone.version >= '14.1' ? [base('BodyPartPreference', [base('Type', 2)])] : [];
    await phone.sync({ body: [bodyPreference(type, type === 1 ? 5 : undefined, ...preview), ...parts] });
  }
  const change = (...data: WbxmlNode[]) =>
    sync('Change', [sync('ServerId', id), sync('ApplicationData', data)]);
  const flag = el('Email:Flag', el('Email:Status', 2), el('Email:FlagType', 'for Follow Up'));
  await phone.sync({ commands: [change(el('Email:Read', 1), flag), sync('Fetch', [sync('ServerId', id)])] });
  await phone.sync({
    commands: [change(el('Email:Subject', 'no')), sync('Delete', [sync('ServerId', 'none')])],
  });
  await phone.sync({ commands: [sync('Add', [sync('ClientId', 'c'), sync('ApplicationData')])] });
  await phone.sync({ key: 'bogus' });
  await phone.sync({ collectionId: 'none', key: '0' });
  await phone.post('Sync', sync('Sync', [sync('Wait', 9000), sync('Collections')]));
  if (phone.version >= '16.0') await draft(phone);
  const estimate = page('GetItemEstimate');
  const wanted = (key: string) =>
    estimate('Collection', [
      sync('SyncKey', key),
      estimate('CollectionId', phone.inbox),
      sync('Options', [sync('Class', 'Email')]),
    ]);
  for (const key of [phone.key, 'bogus']) {
    await phone.post(
      'GetItemEstimate',
      estimate('GetItemEstimate', [estimate('Collections', [wanted(key)])]),
    );
  }
  await phone.sync({ key: '0' });
  await phone.ping(60);
  await phone.ping(1);
  await phone.ping(60, ['none']);
  await phone.post('Ping', ping('Ping'));
  return { id, data: first?.data };
}

async function draft(phone: Keeper): Promise<void> {
  const { inbox, key } = phone;
  const drafts = phone.folders.find((f) => f.type === '3')?.id ?? '';
  await phone.sync({ key: '0', collectionId: drafts });
  const body = base('Body', [base('Type', 1), base('Data', 'words')]);
  const data = sync('ApplicationData', [el('Email:Subject', 'A draft'), body]);
  await phone.sync({
    collectionId: drafts,
    commands: [sync('Add', [sync('ClientId', 'd'), data])],
  });
  phone.inbox = inbox;
  phone.key = key;
}

async function folders(phone: Keeper, item: { id: string }): Promise<void> {
  const { root } = await phone.post('FolderSync', tree('FolderSync', [tree('SyncKey', '0')]));
  let key = textOf(root ?? undefined, 'FolderHierarchy:SyncKey') ?? '';
  const send = async (command: string, ...parts: WbxmlNode[]) => {
    const { root: answer } = await phone.post(command, tree(command, [tree('SyncKey', key), ...parts]));
    key = textOf(answer ?? undefined, 'FolderHierarchy:SyncKey') ?? key;
    return textOf(answer ?? undefined, 'FolderHierarchy:ServerId') ?? '';
  };
  const named = (name: string) => [tree('ParentId', '0'), tree('DisplayName', name)];
  const made = await send('FolderCreate', ...named(`F ${phone.version} ü`), tree('Type', 12));
  await send('FolderCreate', ...named('Inbox'), tree('Type', 12));
  await send('FolderUpdate', tree('ServerId', made), ...named(`G ${phone.version}`));
  await send('FolderUpdate', tree('ServerId', 'none'), ...named('x'));
  const move = page('Move');
  const one = (id: string, from: string, to: string) =>
    move('Move', [move('SrcMsgId', id), move('SrcFldId', from), move('DstFldId', to)]);
  await phone.post(
    'MoveItems',
    move('MoveItems', [one(item.id, phone.inbox, made), one('none', phone.inbox, made)]),
  );
  await phone.post('MoveItems', move('MoveItems', [one(item.id, made, phone.inbox)]));
  await send('FolderDelete', tree('ServerId', made));
  await send('FolderDelete', tree('ServerId', phone.inbox));
  await phone.post('FolderSync', tree('FolderSync', [tree('SyncKey', key)]));
  await phone.post('FolderSync', tree('FolderSync', [tree('SyncKey', 'bogus')]));
  if (phone.version === '12.1') await phone.post('GetHierarchy', null);
}

async function fetches(phone: Keeper, { id, data }: { id: string; data: WbxmlElement | undefined }) {
  const ids = [sync('CollectionId', phone.inbox), sync('ServerId', id)];
  const files = children(child(data, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment');
  const file = base('FileReference', textOf(files[0], 'AirSyncBase:FileReference') ?? '');
  const options = items('Options', [sync('MIMESupport', 2), bodyPreference(4)]);
  for (const headers of [{}, MULTIPART]) {
    await phone.fetch([...ids, options], headers);
    await phone.fetch([file, items('Options', [items('Range', '1-2')])], headers);
    await phone.fetch([base('FileReference', 'none')], headers);
  }
  await phone.fetch([sync('CollectionId', phone.inbox), sync('ServerId', 'none')]);
  const trash = phone.folders.find((f) => f.type === '4')?.id ?? '';
  const conversation = child(data, 'Email2:ConversationId')?.opaque ?? new Uint8Array(16);
  const empty = (collection: string) =>
    items('EmptyFolderContents', [
      sync('CollectionId', collection),
      items('Options', [items('DeleteSubFolders')]),
    ]);
  const moved = items('Move', [
    items('ConversationId', conversation),
    items('DstFldId', phone.inbox),
    items('Options', [items('MoveAlways')]),
  ]);
  await phone.post('ItemOperations', items('ItemOperations', [empty(trash), empty('none')]));
  if (phone.version !== '12.1') await phone.post('ItemOperations', items('ItemOperations', [moved]));
  await phone.post('ItemOperations', items('ItemOperations'));
}

async function searches(phone: Keeper): Promise<void> {
  const search = (name: string, query: WbxmlNode | WbxmlNode[] | string, options: WbxmlNode[]) =>
    phone.post(
      'Search',
      lookup('Search', [
        lookup('Store', [lookup('Name', name), lookup('Query', query), lookup('Options', options)]),
      ]),
    );
  const words = lookup('And', [
    sync('Class', 'Email'),
    sync('CollectionId', phone.inbox),
    lookup('FreeText', WORD),
  ]);
  const rebuild = lookup('RebuildResults');
  for (let i = 0; i < 100; i++) {
    const { root } = await search('Mailbox', words, [rebuild, lookup('Range', '0-9'), bodyPreference(1, 50)]);
    const store = child(child(root ?? undefined, 'Search:Response'), 'Search:Store');
    if (child(child(store, 'Search:Result'), 'Search:LongId') !== undefined) break;
    // The index is some moments behind the mail.
    phone.kept.pop();
    await new Promise((done) => setTimeout(done, 50));
  }
  await search('Mailbox', lookup('Or', [words]), [lookup('Range', '0-9')]);
  const pictures = phone.version >= '14.1' ? [lookup('Picture', [lookup('MaxPictures', 1)])] : [];
  await search('GAL', 'bob', [lookup('Range', '0-9'), ...pictures]);
  await search('GAL', 'nobody', [lookup('Range', '0-9')]);
  await search('none', 'x', []);
  if (phone.version !== '16.1') return;
  const ask = (criterion: WbxmlNode) =>
    phone.post(
      'Find',
      find('Find', [find('SearchId', crypto.randomUUID()), find('ExecuteSearch', criterion)]),
    );
  const range = find('Options', [find('Range', '0-9'), find('DeepTraversal')]);
  const query = [sync('Class', 'Email'), sync('CollectionId', phone.inbox), find('FreeText', WORD)];
  await ask(find('MailBoxSearchCriterion', [find('Query', query), range]));
  const picture = find('Options', [find('Range', '0-9'), find('Picture', [find('MaxPictures', 1)])]);
  await ask(find('GalSearchCriterion', [find('Query', 'bob'), picture]));
  await phone.post('Find', find('Find'));
}

async function people(phone: Keeper, certificate: string): Promise<void> {
  const get = (property: string, ...content: WbxmlNode[]) => settings(property, [settings('Get', content)]);
  const reply = settings('OofMessage', [
    settings('AppliesToInternal'),
    settings('Enabled', 1),
    settings('ReplyMessage', 'Away: ü <b>'),
    settings('BodyType', 'TEXT'),
  ]);
  const device = settings('DeviceInformation', [settings('Set', [settings('Model', 'M')])]);
  const password = settings('DevicePassword', [settings('Set', [settings('Password', '1234')])]);
  const all = [
    [settings('Oof', [settings('Set', [settings('OofState', 1), reply])])],
    [get('Oof', settings('BodyType', 'TEXT')), get('UserInformation'), device, password],
    [get('RightsManagementInformation')],
    [settings('Oof', [settings('Set', [settings('OofState', 9)])])],
    [],
  ];
  for (const parts of all) await phone.post('Settings', settings('Settings', parts));
  const named = phone.version >= '14.1' ? [resolve('Picture', [resolve('MaxPictures', 5)])] : [];
  const to = [BOB, 'bob', 'nobody'].map((name) => resolve('To', name));
  const options = resolve('Options', [resolve('CertificateRetrieval', 2), ...named]);
  await phone.post('ResolveRecipients', resolve('ResolveRecipients', [...to, options]));
  await phone.post('ResolveRecipients', resolve('ResolveRecipients'));
  const validate = page('ValidateCert');
  for (const one of [certificate, Buffer.from('none').toString('base64')]) {
    const list = validate('Certificates', [validate('Certificate', one)]);
    await phone.post('ValidateCert', validate('ValidateCert', [list]));
  }
}

/** What SendMail and its kin say when they refuse, and a command that a document does not fit. */
async function refusals(phone: Keeper): Promise<void> {
  if (phone.version === '12.1') return;
  const bytes = new TextEncoder().encode('Subject: to nobody\r\n\r\nx\r\n');
  const source = compose('Source', [compose('FolderId', phone.inbox), compose('ItemId', 'none')]);
  for (const command of ['SendMail', 'SmartReply', 'SmartForward']) {
    const parts = [compose('ClientId', `r${command}${phone.version}`), compose('Mime', bytes)];
    if (command !== 'SendMail') parts.splice(1, 0, source);
    await phone.post(command, compose(command, parts));
  }
}

/** Provision in both phases, without a policy and with one; what a device without a key hears; the order to wipe. */
async function policies(server: Waypost, version: string): Promise<KeptAnswer[]> {
  const phone = new Keeper(server, BOB, PASSWORD);
  phone.version = version;
  const policy = (type: string, ...more: WbxmlNode[]) =>
    provision('Policies', provision('Policy', provision('PolicyType', type), more));
  const ask = (...parts: Parts) => phone.post('Provision', provision('Provision', ...parts));
  const folderSync = () => phone.post('FolderSync', tree('FolderSync', tree('SyncKey', '0')));
  const inform = settings('DeviceInformation', settings('Set', settings('Model', 'M')));
  await ask(policy(WBXML_POLICY));
  const path = `/users/${encodeURIComponent(BOB)}`;
  await server.admin('PUT', `${path}/policy`, { settings: { attachmentsEnabled: false } });
  phone.policy = '0';
  await folderSync();
  const { root } = await ask(version >= '14.1' ? inform : null, policy(WBXML_POLICY));
  const first = child(child(root ?? undefined, 'Provision:Policies'), 'Provision:Policy');
  for (const key of [textOf(first, 'Provision:PolicyKey') ?? '', '1']) {
    await ask(policy(WBXML_POLICY, provision('PolicyKey', key), provision('Status', 1)));
  }
  await ask(policy('other'));
  const wipe = `${path}/devices/${phone.deviceId}/wipe`;
  await server.admin('PUT', wipe, { kind: version === '16.1' ? 'account' : 'device' });
  await folderSync();
  await ask(policy(WBXML_POLICY));
  await server.admin('PUT', wipe, { kind: null });
  await server.admin('DELETE', `${path}/policy`);
  return phone.kept;
}
