import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { bodyPreference, Phone } from './phone.ts';
import { change, collection, commands, dataOf, type Said, sendSync, serverId } from './sync-request.ts';

let server: Waypost;
beforeAll(async () => {
  server = await startWaypost();
});
afterAll(() => server?.stop());

let users = 0;
const PICTURE = `/9j/${'A'.repeat(1000)}`;

/** A device with the key of its address book; what it manages itself is said with its first request. */
class Book {
  readonly phone: Phone;
  readonly id: string;
  key: string;

  constructor(phone: Phone, id: string, key: string) {
    this.phone = phone;
    this.id = id;
    this.key = key;
  }

  static async open(address: string, supported: string[] | null = null): Promise<Book> {
    const phone = new Phone(server, address, 'a-password');
    await phone.folderSync();
    const id = phone.folders.find(({ type }) => type === '9')?.id ?? '';
    const managed =
      supported === null
        ? []
        : [
            el(
              'AirSync:Supported',
              supported.map((tag) => el(tag)),
            ),
          ];
    const { key, status } = await sendSync(phone, [collection(id, '0', ...managed)]);
    expect(status).toBe('1');
    return new Book(phone, id, key);
  }

  async sync(...nodes: WbxmlNode[]): Promise<Said> {
    const all = await sendSync(this.phone, [
      collection(this.id, this.key, el('AirSync:GetChanges', 1), ...nodes),
    ]);
    if (all.status === '1') this.key = all.key;
    return all;
  }

  async add(...data: WbxmlNode[]): Promise<{ status: string | undefined; id: string }> {
    const clientId = el('AirSync:ClientId', `c${this.key}`);
    const all = await this.sync(commands(el('AirSync:Add', clientId, el('AirSync:ApplicationData', data))));
    const [answer] = all.responses('Add');
    return { status: textOf(answer, 'AirSync:Status'), id: serverId(answer) };
  }

  async change(id: string, ...data: WbxmlNode[]): Promise<string | undefined> {
    const all = await this.sync(commands(change(id, ...data)));
    return textOf(all.responses('Change')[0], 'AirSync:Status') ?? all.status;
  }

  /** The one contact that another device is told of. */
  async news(what: 'Add' | 'Change' = 'Add', ...nodes: WbxmlNode[]): Promise<WbxmlElement | undefined> {
    const all = await this.sync(...nodes);
    return dataOf(all.commands(what)[0]);
  }
}

async function newUser(): Promise<string> {
  const address = `contact${++users}@mail.test`;
  await server.addUser(address, 'a-password');
  return address;
}

const text = (tag: string, value: string) => el(tag.includes(':') ? tag : `Contacts:${tag}`, value);
const note = (value: string) =>
  el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', value));
const fields = (element: WbxmlElement | undefined) =>
  Object.fromEntries(
    (element?.children ?? [])
      .filter(({ tag }) => tag !== 'AirSyncBase:Body')
      .map((c) => [c.tag, c.children.length > 0 ? c.children.map((one) => one.text) : c.text]),
  );
const noteOf = (element: WbxmlElement | undefined) =>
  textOf(child(element, 'AirSyncBase:Body'), 'AirSyncBase:Data');

const ANN = [
  text('FirstName', 'Ann'),
  text('LastName', 'Lee'),
  text('Email1Address', '"Ann Lee" <ann@x.test>'),
  text('Email2Address', 'ann@home.test'),
  text('Birthday', '1980-04-11T22:00:00.000Z'),
  text('MobilePhoneNumber', '+49 170 1'),
  text('AssistantName', 'Bob'),
  text('Contacts2:NickName', 'Annie'),
  text('Contacts2:IMAddress', 'ann@im.test'),
  text('Picture', PICTURE),
  el('Contacts:Categories', text('Category', 'Friends'), text('Category', 'VIP')),
  el('Contacts:Children', text('Child', 'Mia')),
  note('Likes tea, no sugar'),
];
const ANN_FIELDS = {
  'Contacts:FirstName': 'Ann',
  'Contacts:LastName': 'Lee',
  'Contacts:FileAs': 'Lee, Ann',
  'Contacts:Email1Address': '"Ann Lee" <ann@x.test>',
  'Contacts:Email2Address': 'ann@home.test',
  'Contacts:Birthday': '1980-04-12T11:59:00.000Z',
  'Contacts:MobilePhoneNumber': '+49 170 1',
  'Contacts:AssistantName': 'Bob',
  'Contacts2:NickName': 'Annie',
  'Contacts2:IMAddress': 'ann@im.test',
  'Contacts:Picture': PICTURE,
  'Contacts:Categories': ['Friends', 'VIP'],
  'Contacts:Children': ['Mia'],
};

describe('contacts of two devices', () => {
  test('MSASCNTC_S01_TC01 an added contact reaches the other with every field', async () => {
    const address = await newUser();
    const [one, other] = [await Book.open(address), await Book.open(address)];
    const { status, id } = await one.add(...ANN);
    expect(status).toBe('1');
    const told = await other.sync();
    expect(told.commands('Add').map(serverId)).toEqual([id]);
    expect(fields(dataOf(told.commands('Add')[0]))).toEqual(ANN_FIELDS);
    expect(noteOf(dataOf(told.commands('Add')[0]))).toBe('Likes tea, no sugar');
    // Its own contact is not told to the first.
    expect((await one.sync()).commands('Add')).toEqual([]);
  });

  test('MSASCNTC_S01_TC02 S01_TC03, MSASCMD_S19_TC39 a Change keeps what is ghosted and drops what is managed', async () => {
    const address = await newUser();
    const writer = await Book.open(address);
    const { id } = await writer.add(...ANN);
    const managed = ['Contacts:AssistantName', 'Contacts:JobTitle', 'Contacts2:NickName'];
    const phone = await Book.open(address, managed);
    await phone.sync();
    await writer.sync();
    expect(await phone.change(id, text('JobTitle', 'Chef'), text('AssistantName', 'Carl'))).toBe('1');
    const { 'Contacts2:NickName': _nick, ...kept } = ANN_FIELDS;
    const changed = await writer.news('Change');
    expect(fields(changed)).toEqual({
      ...kept,
      'Contacts:JobTitle': 'Chef',
      'Contacts:AssistantName': 'Carl',
    });
    expect(noteOf(changed)).toBe('Likes tea, no sugar');
    // Empty elements take away.
    expect(await phone.change(id, text('JobTitle', ''), text('MobilePhoneNumber', ''), note(''))).toBe('1');
    const cleared = await writer.news('Change');
    const { 'Contacts:MobilePhoneNumber': _mobile, 'Contacts:AssistantName': _name, ...left } = kept;
    expect(fields(cleared)).toEqual(left);
    expect(noteOf(cleared)).toBeUndefined();
  });

  test('a Change without Supported drops what it leaves out, but neither picture nor notes', async () => {
    const address = await newUser();
    const [one, other] = [await Book.open(address), await Book.open(address)];
    const { id } = await one.add(...ANN);
    await other.sync();
    expect(await one.change(id, text('FirstName', 'Anna'))).toBe('1');
    const changed = await other.news('Change');
    expect(fields(changed)).toEqual({
      'Contacts:FirstName': 'Anna',
      'Contacts:FileAs': 'Anna',
      'Contacts:Picture': PICTURE,
    });
    expect(noteOf(changed)).toBe('Likes tea, no sugar');
  });

  test('a Delete takes the contact from the other', async () => {
    const address = await newUser();
    const [one, other] = [await Book.open(address), await Book.open(address)];
    const { id } = await one.add(text('FirstName', 'Ann'));
    await other.sync();
    await one.sync(commands(el('AirSync:Delete', el('AirSync:ServerId', id))));
    expect((await other.sync()).commands('Delete').map(serverId)).toEqual([id]);
  });

  test('a second address book is made, named anew and filled by a device, and contacts move between them', async () => {
    const address = await newUser();
    const book = await Book.open(address);
    const { phone } = book;
    const folderKey = textOf(await phone.folderSync(), 'FolderHierarchy:SyncKey') ?? '';
    const made = await phone.post(
      'FolderCreate',
      el(
        'FolderHierarchy:FolderCreate',
        el('FolderHierarchy:SyncKey', folderKey),
        el('FolderHierarchy:ParentId', '0'),
        el('FolderHierarchy:DisplayName', 'Partners'),
        el('FolderHierarchy:Type', 14),
      ),
    );
    const id = textOf(made.root ?? undefined, 'FolderHierarchy:ServerId') ?? '';
    expect(textOf(made.root ?? undefined, 'FolderHierarchy:Status')).toBe('1');
    const renamed = await phone.post(
      'FolderUpdate',
      el(
        'FolderHierarchy:FolderUpdate',
        el('FolderHierarchy:SyncKey', textOf(made.root ?? undefined, 'FolderHierarchy:SyncKey') ?? ''),
        el('FolderHierarchy:ServerId', id),
        el('FolderHierarchy:ParentId', '0'),
        el('FolderHierarchy:DisplayName', 'Suppliers'),
      ),
    );
    expect(textOf(renamed.root ?? undefined, 'FolderHierarchy:Status')).toBe('1');
    const other = new Phone(server, address, 'a-password');
    await other.folderSync();
    expect(other.folders.filter(({ type }) => type === '14')).toMatchObject([{ id, name: 'Suppliers' }]);
    const second = new Book(phone, id, (await sendSync(phone, [collection(id, '0')])).key);
    expect((await second.add(text('FirstName', 'Zoe'))).status).toBe('1');
    const { id: ann } = await book.add(text('FirstName', 'Ann'));
    const { root } = await phone.post(
      'MoveItems',
      el(
        'Move:MoveItems',
        el('Move:Move', el('Move:SrcMsgId', ann), el('Move:SrcFldId', book.id), el('Move:DstFldId', id)),
      ),
    );
    expect(textOf(child(root ?? undefined, 'Move:Response'), 'Move:Status')).toBe('3');
    const elsewhere = new Book(other, id, (await sendSync(other, [collection(id, '0')])).key);
    const told = (await elsewhere.sync())
      .commands('Add')
      .map((add) => fields(dataOf(add))['Contacts:FirstName']);
    expect(told.toSorted()).toEqual(['Ann', 'Zoe']);
  });

  test('MSASCNTC_S01_TC05 a picture of more than 48 KB is refused with Status 6', async () => {
    const book = await Book.open(await newUser());
    const { status } = await book.add(text('FirstName', 'Big'), text('Picture', 'A'.repeat(49_156)));
    expect(status).toBe('6');
    expect((await book.add(text('FirstName', 'Fits'), text('Picture', 'A'.repeat(49_152)))).status).toBe('1');
  });

  test('MSASCNTC_S01_TC06 S01_TC07 300 categories and children come back', async () => {
    const address = await newUser();
    const [one, other] = [await Book.open(address), await Book.open(address)];
    const many = (tag: string) => Array.from({ length: 300 }, (_, i) => text(tag, `Text ${i}`));
    await one.add(el('Contacts:Categories', many('Category')), el('Contacts:Children', many('Child')));
    const told = await other.news();
    expect(child(told, 'Contacts:Categories')?.children).toHaveLength(300);
    expect(child(told, 'Contacts:Children')?.children).toHaveLength(300);
  });

  test('MSASCNTC_S01_TC08 S01_TC09 the notes are cut as asked, and whole when no size is said', async () => {
    const address = await newUser();
    const one = await Book.open(address);
    await one.add(...ANN);
    const read = async (...preference: Parameters<typeof bodyPreference>) =>
      noteOf(
        await (await Book.open(address)).news('Add', el('AirSync:Options', bodyPreference(...preference))),
      );
    expect(await read(1, 8)).toBe('Likes te');
    expect(await read(1)).toBe('Likes tea, no sugar');
    expect(await read(2)).toContain('Likes tea, no sugar');
  });
});

describe('one contact asked for', () => {
  const properties = (fetched: WbxmlElement | undefined) => child(fetched, 'ItemOperations:Properties');

  test('MSASCNTC_S02_TC01 S02_TC02 S02_TC03 ItemOperations fetches it, cut and restricted as asked', async () => {
    const address = await newUser();
    const book = await Book.open(address);
    const { id } = await book.add(...ANN);
    const names = [el('AirSync:CollectionId', book.id), el('AirSync:ServerId', id)];
    const fetch = async (...options: WbxmlNode[]) => {
      const { fetched } = await book.phone.fetch([...names, el('ItemOperations:Options', options)]);
      expect(textOf(fetched, 'ItemOperations:Status')).toBe('1');
      expect(textOf(fetched, 'AirSync:Class')).toBe('Contacts');
      return properties(fetched);
    };
    const whole = await fetch(bodyPreference(1));
    expect(fields(whole)).toEqual(ANN_FIELDS);
    expect(noteOf(whole)).toBe('Likes tea, no sugar');
    expect(noteOf(await fetch(bodyPreference(1, 8)))).toBe('Likes te');
    const only = await fetch(el('ItemOperations:Schema', el('Contacts:FileAs')));
    expect(only?.children.map(({ tag }) => tag)).toEqual(['Contacts:FileAs']);
  });

  test('MSASCNTC_S03_TC01 Search finds it by its name', async () => {
    const address = await newUser();
    const book = await Book.open(address);
    await book.add(...ANN);
    await book.add(text('FirstName', 'Zoe'));
    const query = el(
      'Search:And',
      el('AirSync:Class', 'Contacts'),
      el('AirSync:CollectionId', book.id),
      el('Search:FreeText', 'lee'),
    );
    const results = async () => {
      const { root } = await book.phone.post(
        'Search',
        el(
          'Search:Search',
          el(
            'Search:Store',
            el('Search:Name', 'Mailbox'),
            el('Search:Query', query),
            el('Search:Options', el('Search:RebuildResults'), el('Search:DeepTraversal')),
          ),
        ),
      );
      const store = child(child(root ?? undefined, 'Search:Response'), 'Search:Store');
      return children(store, 'Search:Result').filter((result) => result.children.length > 0);
    };
    let found = await results();
    for (let i = 0; i < 200 && found.length === 0; i++) {
      await new Promise((r) => setTimeout(r, 50));
      found = await results();
    }
    expect(found.map((result) => textOf(result, 'AirSync:Class'))).toEqual(['Contacts']);
    expect(fields(child(found[0], 'Search:Properties'))).toEqual(ANN_FIELDS);
  });
});
