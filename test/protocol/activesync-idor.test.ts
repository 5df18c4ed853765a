import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { child, el, textOf, type WbxmlElement } from '../../codecs/wbxml/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import {
  type Ask,
  FOLDERS,
  folderOf,
  type Kind,
  latin1,
  ownItem,
  TAKES,
  treeKeys,
} from './activesync-ids.ts';
import { fetchOf, operate, referenceOf, statuses } from './item-operations.ts';
import { type Answer, Phone } from './phone.ts';

/** Commands that take addresses or nothing of which there could be another's. */
const WITHOUT_IDS = new Set([
  ...['FolderSync', 'GetHierarchy', 'Provision', 'ResolveRecipients', 'SendMail', 'Settings', 'ValidateCert'],
]);

/** An answer as text, without what differs between two of the same meaning: keys, and the id that was asked for. */
function shape({ status, root, bytes }: Answer, id: string): string {
  const seen = (_: string, value: unknown) => {
    const element = value as WbxmlElement | null;
    if (typeof element === 'object' && element !== null && /:SyncKey$/.test(element.tag ?? '')) return null;
    return value;
  };
  const text = root === null ? new TextDecoder().decode(bytes) : JSON.stringify(root, seen);
  return `${status} ${text.replaceAll(id, 'id').replaceAll(JSON.stringify(latin1(id)), 'id')}`;
}

describe('what belongs to somebody else, asked for by a device (A30)', () => {
  let server: InProcess;
  let ann: Phone;
  const strangers: Record<string, Phone> = {};
  const real = {} as Record<Kind, string>;
  const missing = {} as Record<Kind, string>;

  async function phoneOf(address: string): Promise<Phone> {
    await server.addUser(address, `secret-${address}`);
    const raw = buildMail({ messageId: `<own-${address}>`, subject: 'Own', text: 'own words' });
    await server.email('x@x.example', address, raw);
    await server.drain();
    const phone = await new Phone(server, address, `secret-${address}`).start();
    treeKeys.set(phone, textOf(await phone.folderSync(), `${FOLDERS}:SyncKey`) ?? '');
    ownItem.set(phone, (await phone.receive(1))[0]?.serverId ?? '');
    return phone;
  }

  /** One letter other, of the same form. */
  const other = (id: string, at: number) =>
    id.slice(0, at) + (id.at(at) === '2' ? '3' : '2') + id.slice(at + 1);

  beforeAll(async () => {
    server = await startInProcess();
    ann = await phoneOf('ann@idor.example');
    strangers['another user'] = await phoneOf('bob@idor.example');
    strangers['another tenant'] = await phoneOf('eve@elsewhere.example');
    const carl = await phoneOf('carl@idor.example');
    strangers['a delegate of yesterday'] = carl;
    const share = `/users/${ann.address}/calendar-shares/${carl.address}`;
    await server.admin('PUT', share, { level: 'delegate' });
    const raw = buildMail({
      ...{ messageId: '<secret@x.example>', subject: 'Secret plan', text: 'hidden words' },
      attachments: [{ name: 'plan.txt', type: 'text/plain', content: 'the plan' }],
    });
    await server.email('amy@x.example', ann.address, raw);
    await server.drain();
    const [mail] = await ann.receive(1);
    const calendar = folderOf(ann, '8');
    const first = await ann.sync({ key: '0', collectionId: calendar, keep: true });
    const event = el(
      'AirSync:ApplicationData',
      el('Calendar:Subject', 'Secret meeting'),
      el('Calendar:StartTime', '2030-01-07T10:00:00.000Z'),
      el('Calendar:EndTime', '2030-01-07T11:00:00.000Z'),
      el('Calendar:UID', 'secret-meeting'),
    );
    const added = await ann.sync({
      ...{ key: first.key, collectionId: calendar, keep: true },
      commands: [el('AirSync:Add', el('AirSync:ClientId', 'c1'), event)],
    });
    const tree = await ann.post(
      'FolderCreate',
      el(
        `${FOLDERS}:FolderCreate`,
        el(`${FOLDERS}:SyncKey`, treeKeys.get(ann) ?? ''),
        el(`${FOLDERS}:ParentId`, '0'),
        el(`${FOLDERS}:DisplayName`, 'Secret folder'),
        el(`${FOLDERS}:Type`, 12),
      ),
    );
    await server.admin('DELETE', share);
    await server.drain();
    real.item = mail?.serverId ?? '';
    real.event = textOf(added.responses[0], 'AirSync:ServerId') ?? '';
    real.folder = textOf(tree.root ?? undefined, `${FOLDERS}:ServerId`) ?? '';
    real.file = referenceOf(mail?.data);
    const conversation = child(mail?.data, 'Email2:ConversationId')?.opaque ?? new Uint8Array();
    real.conversation = String.fromCharCode(...conversation);
    for (const kind of ['item', 'event', 'folder', 'conversation'] as const)
      missing[kind] = other(real[kind], real[kind].length - 3);
    missing.file = other(real.file, real.item.length - 3);
  }, 120_000);
  afterAll(() => server?.stop());

  const cells = Object.entries(TAKES).flatMap(([kind, asks]) =>
    Object.keys(asks).map((ask): [Kind, string] => [kind as Kind, ask]),
  );

  it('is tried with every command that takes an id', async () => {
    const options = await server.fetch('/Microsoft-Server-ActiveSync', {
      method: 'OPTIONS',
      headers: { authorization: ann.authorization },
    });
    // Nothing works that is not advertised.
    const commands = options.headers.get('ms-asprotocolcommands')?.split(',') ?? [];
    const tried = new Set(cells.map(([, ask]) => ask.split(' ')[0]));
    expect(commands.filter((name) => !tried.has(name) && !WITHOUT_IDS.has(name))).toEqual([]);
    expect([...tried].filter((name) => !commands.includes(name ?? ''))).toEqual([]);
    expect(Object.entries(real).filter(([, id]) => id.length < 4)).toEqual([]);
    expect([...ownItem.values()].filter((id) => id === '')).toEqual([]);
  });

  it.each(cells)('by the id of its %s looks to %s like what does not exist', async (kind, name) => {
    const ask = TAKES[kind][name] as Ask;
    for (const [who, phone] of Object.entries(strangers)) {
      const got = await ask(phone, real[kind]);
      expect(new TextDecoder('latin1').decode(got.bytes)).not.toMatch(/Secret|hidden|the plan/);
      const nothing = await ask(phone, missing[kind]);
      expect([who, shape(got, real[kind])]).toEqual([who, shape(nothing, missing[kind])]);
    }
    await server.drain();
  });

  it('asks everybody to sign in before anything is read', async () => {
    const ask = async (body: string) => {
      const path = `/Microsoft-Server-ActiveSync?Cmd=Sync&User=${ann.address}&DeviceId=x&DeviceType=Test`;
      const response = await server.fetch(path, { method: 'POST', body });
      return [response.status, await response.text()];
    };
    const [status, text] = await ask('anything');
    expect(status).toBe(401);
    expect(await ask('')).toEqual([401, text]);
  });

  it('is as it was for its owner, after all this', async () => {
    const again = await new Phone(server, ann.address, ann.password).start();
    const mails = await again.receive(2);
    const secret = mails.find(({ serverId }) => serverId === real.item);
    expect(textOf(secret?.data, 'Email:Subject')).toBe('Secret plan');
    expect(textOf(secret?.data, 'Email:Read')).toBe('0');
    expect(again.folders.find(({ id }) => id === real.folder)?.name).toBe('Secret folder');
    const file = await operate(again, fetchOf(el('AirSyncBase:FileReference', real.file)));
    expect(statuses(file)).toEqual(['1']);
    const calendar = folderOf(again, '8');
    const { key } = await again.sync({ key: '0', collectionId: calendar, keep: true });
    const { adds } = await again.sync({ key, collectionId: calendar, keep: true });
    expect(adds.map(({ data }) => textOf(data, 'Calendar:Subject'))).toEqual(['Secret meeting']);
  });
});
