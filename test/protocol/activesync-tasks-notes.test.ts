import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { bodyPreference, Phone } from './phone.ts';
import { change, collection, commands, dataOf, type Said, sendSync, serverId } from './sync-request.ts';

let server: InProcess;
beforeAll(async () => {
  server = await startInProcess();
});
afterAll(() => server?.stop());

/** Types of folders (MS-ASCMD 2.2.3.186.3). */
const TYPE = { inbox: '2', tasks: '7', notes: '10' } as const;
const CLASS = { inbox: 'SMS', tasks: 'Tasks', notes: 'Notes' } as const;
const START = '2026-03-02T00:00:00.000Z';

let users = 0;

async function newUser(): Promise<string> {
  const address = `todo${++users}@mail.test`;
  await server.addUser(address, 'a-password');
  return address;
}

/** A device with the key of one folder. */
class List {
  readonly phone: Phone;
  readonly kind: keyof typeof TYPE;
  readonly id: string;
  key: string;
  #clientId = 0;

  constructor(phone: Phone, kind: keyof typeof TYPE, id: string, key: string) {
    this.phone = phone;
    this.kind = kind;
    this.id = id;
    this.key = key;
  }

  static async open(address: string, kind: keyof typeof TYPE, version = '16.1'): Promise<List> {
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    await phone.folderSync();
    const id = phone.folders.find(({ type }) => type === TYPE[kind])?.id ?? '';
    const { key, status } = await sendSync(phone, [collection(id, '0')]);
    expect(status).toBe('1');
    return new List(phone, kind, id, key);
  }

  async sync(...nodes: WbxmlNode[]): Promise<Said> {
    const texts = el('AirSync:Options', el('AirSync:Class', 'SMS'), bodyPreference(1));
    const options = this.kind === 'inbox' && !nodes.some((n) => n.tag === 'AirSync:Options') ? [texts] : [];
    const all = await sendSync(this.phone, [
      collection(this.id, this.key, el('AirSync:GetChanges', 1), ...options, ...nodes),
    ]);
    if (all.status === '1') this.key = all.key;
    return all;
  }

  async add(...data: WbxmlNode[]) {
    const sms = this.kind === 'inbox' ? el('AirSync:Class', 'SMS') : null;
    const clientId = el('AirSync:ClientId', `c${this.#clientId++}`);
    const all = await this.sync(
      commands(el('AirSync:Add', sms, clientId, el('AirSync:ApplicationData', data))),
    );
    const [answer] = all.responses('Add');
    return { status: textOf(answer, 'AirSync:Status'), id: serverId(answer), answer };
  }

  async change(id: string, ...data: WbxmlNode[]): Promise<string | undefined> {
    const all = await this.sync(commands(change(id, ...data)));
    return textOf(all.responses('Change')[0], 'AirSync:Status') ?? all.status;
  }

  /** The one item that another device is told of. */
  async news(what: 'Add' | 'Change' = 'Add', ...nodes: WbxmlNode[]): Promise<WbxmlElement | undefined> {
    return dataOf((await this.sync(...nodes)).commands(what)[0]);
  }

  async fetch(id: string, ...options: WbxmlNode[]): Promise<WbxmlElement | undefined> {
    const names = [el('AirSync:CollectionId', this.id), el('AirSync:ServerId', id)];
    const { fetched } = await this.phone.fetch([...names, el('ItemOperations:Options', options)]);
    expect(textOf(fetched, 'ItemOperations:Status')).toBe('1');
    expect(textOf(fetched, 'AirSync:Class')).toBe(CLASS[this.kind]);
    return child(fetched, 'ItemOperations:Properties');
  }

  async search(...query: WbxmlNode[]) {
    const store = el(
      'Search:Store',
      el('Search:Name', 'Mailbox'),
      el('Search:Query', el('Search:And', el('AirSync:Class', CLASS[this.kind]), query)),
      el('Search:Options', el('Search:RebuildResults'), el('Search:DeepTraversal'), bodyPreference(1)),
    );
    const { root } = await this.phone.post('Search', el('Search:Search', store));
    const found = child(child(child(root ?? undefined, 'Search:Response'), 'Search:Store'), 'Search:Status');
    const results = children(
      child(child(root ?? undefined, 'Search:Response'), 'Search:Store'),
      'Search:Result',
    );
    return {
      status: found?.text,
      properties: results.flatMap((result) => child(result, 'Search:Properties') ?? []),
    };
  }
}

const task = (name: string, ...parts: Parameters<typeof el>[1][]) => el(`Tasks:${name}`, ...parts);
const note = (name: string, ...parts: Parameters<typeof el>[1][]) => el(`Notes:${name}`, ...parts);
const body = (value: string) =>
  el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', value));
const bodyOf = (element: WbxmlElement | undefined) =>
  textOf(child(element, 'AirSyncBase:Body'), 'AirSyncBase:Data');
const fields = (element: WbxmlElement | undefined) =>
  Object.fromEntries(
    (element?.children ?? [])
      .filter(({ tag }) => tag !== 'AirSyncBase:Body')
      .map((c) => [c.tag, c.children.length > 0 ? c.children.map((one) => one.text) : c.text]),
  );
const recurrence = (...parts: WbxmlNode[]) => task('Recurrence', ...parts, task('Start', START));

async function pair(kind: keyof typeof TYPE): Promise<[List, List]> {
  const address = await newUser();
  return [await List.open(address, kind), await List.open(address, kind)];
}

describe('tasks of two devices', () => {
  test('MSASTASK_S01_TC01 an added task reaches the other with every field', async () => {
    const [one, other] = await pair('tasks');
    const { status, id } = await one.add(
      task('Subject', 'Write'),
      body('Chapter one'),
      task('UtcDueDate', START),
      task('DueDate', START),
      task('Categories', task('Category', 'Work')),
      recurrence(task('Type', 0), task('Interval', 2)),
    );
    expect(status).toBe('1');
    const told = await other.sync();
    expect(told.commands('Add').map(serverId)).toEqual([id]);
    const data = dataOf(told.commands('Add')[0]);
    expect(fields(data)).toMatchObject({
      ...{ 'Tasks:Subject': 'Write', 'Tasks:DueDate': START, 'Tasks:Categories': ['Work'] },
      ...{ 'Tasks:Complete': '0', 'Tasks:Sensitivity': '0', 'Tasks:Importance': '1' },
    });
    expect(textOf(child(data, 'Tasks:Recurrence'), 'Tasks:Interval')).toBe('2');
    expect(bodyOf(data)).toBe('Chapter one');
    // Its own task is not told to the first.
    expect((await one.sync()).commands('Add')).toEqual([]);
  });

  test('MSASTASK_S01_TC02 S01_TC03 S01_TC11 S01_TC16 what is no task is refused with Status 6', async () => {
    const list = await List.open(await newUser(), 'tasks');
    for (const node of [
      task('Recurrence', task('Type', 0)),
      recurrence(task('Type', 0), task('DayOfMonth', 10)),
      task('ReminderSet', 2),
      recurrence(),
      task('StartDate', START),
    ]) {
      expect((await list.add(task('Subject', 'x'), node)).status).toBe('6');
    }
    expect((await (await List.open(list.phone.address, 'tasks')).sync()).commands('Add')).toEqual([]);
  });

  test('MSASTASK_S01_TC18 a Change of the Subject leaves reminder and importance; S01_TC17 a completed one says when', async () => {
    const [one, other] = await pair('tasks');
    const { id } = await one.add(task('Subject', 'x'), task('ReminderSet', 1), task('Importance', 2));
    await other.sync();
    expect(await one.change(id, task('Subject', 'y'))).toBe('1');
    expect(fields(await other.news('Change'))).toMatchObject({
      ...{ 'Tasks:Subject': 'y', 'Tasks:ReminderSet': '1', 'Tasks:Importance': '2' },
    });
    expect(await other.change(id, task('Complete', 1), task('DateCompleted', START))).toBe('1');
    expect(fields(await one.news('Change'))).toMatchObject({
      ...{ 'Tasks:Subject': 'y', 'Tasks:Complete': '1', 'Tasks:DateCompleted': START },
    });
  });

  test('MSASCMD_S19_TC13 FilterType 8 leaves out what is done', async () => {
    const [one, other] = await pair('tasks');
    await one.add(task('Subject', 'open'));
    await one.add(task('Subject', 'done'), task('Complete', 1), task('DateCompleted', START));
    const all = await other.sync(el('AirSync:Options', el('AirSync:FilterType', 8)));
    expect(all.commands('Add').map((e) => textOf(dataOf(e), 'Tasks:Subject'))).toEqual(['open']);
  });

  test.each(['12.1', '14.0', '14.1', '16.0', '16.1'])('a recurring task is told to %s', async (version) => {
    const address = await newUser();
    const one = await List.open(address, 'tasks');
    await one.add(
      task('Subject', 'x'),
      recurrence(task('Type', 5), task('DayOfMonth', 4), task('MonthOfYear', 5), task('CalendarType', 1)),
    );
    const data = await (await List.open(address, 'tasks', version)).news();
    const told = child(data, 'Tasks:Recurrence');
    expect(textOf(told, 'Tasks:MonthOfYear')).toBe('5');
    expect(textOf(told, 'Tasks:CalendarType')).toBe(version === '12.1' ? undefined : '1');
  });

  test('MSASTASK_S02_TC01 one is fetched whole, and restricted by a Schema', async () => {
    const list = await List.open(await newUser(), 'tasks');
    const { id } = await list.add(task('Subject', 'x'), body('y'.repeat(100)));
    expect(bodyOf(await list.fetch(id, bodyPreference(1)))).toHaveLength(100);
    const only = await list.fetch(id, el('ItemOperations:Schema', el('Tasks:Subject')));
    expect(only?.children.map(({ tag }) => tag)).toEqual(['Tasks:Subject']);
  });

  test('MSASTASK_S03_TC01 S03_TC02 one is found by its words, not by its elements', async () => {
    const list = await List.open(await newUser(), 'tasks');
    await list.add(task('Subject', 'Repaint the boathouse'));
    await list.add(task('Subject', 'Other'));
    await server.drain();
    const { status, properties } = await list.search(
      el('AirSync:CollectionId', list.id),
      el('Search:FreeText', 'boathouse'),
    );
    expect(status).toBe('1');
    expect(properties.map((p) => textOf(p, 'Tasks:Subject'))).toEqual(['Repaint the boathouse']);
    expect((await list.search(task('Subject', 'Other'))).status).toBe('2');
  });
});

describe('notes of two devices', () => {
  test('MSASNOTE_S01_TC01 S01_TC02 S01_TC07 an added note reaches the other, and its changes', async () => {
    const [one, other] = await pair('notes');
    const { status, id } = await one.add(
      note('Subject', 'Milk'),
      note('MessageClass', 'IPM.StickyNote'),
      body('and bread'),
      note('Categories', note('Category', 'Shop')),
    );
    expect(status).toBe('1');
    const told = await other.news();
    expect(fields(told)).toMatchObject({
      ...{ 'Notes:Subject': 'Milk', 'Notes:MessageClass': 'IPM.StickyNote', 'Notes:Categories': ['Shop'] },
    });
    expect(textOf(told, 'Notes:LastModifiedDate')).toMatch(/^\d{8}T\d{6}Z$/);
    expect(bodyOf(told)).toBe('and bread');
    expect(await one.change(id, note('Subject', 'Tea'), note('MessageClass', 'IPM.StickyNote'))).toBe('1');
    const changed = await other.news('Change');
    expect(fields(changed)).toMatchObject({ 'Notes:Subject': 'Tea' });
    expect(fields(changed)).not.toHaveProperty('Notes:Categories');
    expect(bodyOf(changed)).toBe('and bread');
    await one.sync(commands(el('AirSync:Delete', el('AirSync:ServerId', id))));
    expect((await other.sync()).commands('Delete').map(serverId)).toEqual([id]);
  });

  test('MSASNOTE_S01_TC04 Supported is refused with Status 4', async () => {
    const { phone, id } = await List.open(await newUser(), 'notes');
    const supported = el('AirSync:Supported', el('Notes:Subject'));
    const said = await sendSync(phone, [collection(id, '0', supported)]);
    expect(said.top ?? said.status).toBe('4');
  });

  test('MSASNOTE_S01_TC05 a MessageClass of something else is refused with Status 6', async () => {
    const list = await List.open(await newUser(), 'notes');
    expect((await list.add(note('Subject', 'x'), note('MessageClass', 'IPM.Note'))).status).toBe('6');
  });

  test('MSASNOTE_S03_TC01 S03_TC02 one is fetched whole, and restricted by a Schema', async () => {
    const list = await List.open(await newUser(), 'notes');
    const { id } = await list.add(note('Subject', 'x'), body('y'));
    expect(bodyOf(await list.fetch(id, bodyPreference(1)))).toBe('y');
    const only = await list.fetch(id, el('ItemOperations:Schema', el('Notes:Subject')));
    expect(only?.children.map(({ tag }) => tag)).toEqual(['Notes:Subject']);
  });

  test('MSASNOTE_S02_TC01 exactly those that have the words are found', async () => {
    const list = await List.open(await newUser(), 'notes');
    await list.add(note('Subject', 'Lighthouse'), body('x'));
    await list.add(note('Subject', 'Second'), body('a lighthouse too'));
    await list.add(note('Subject', 'Third'), body('x'));
    await server.drain();
    const { properties } = await list.search(el('Search:FreeText', 'lighthouse'));
    expect(properties.map((p) => textOf(p, 'Notes:Subject')).sort()).toEqual(['Lighthouse', 'Second']);
  });
});

describe('text messages that a device keeps here', () => {
  const sms = [
    el('Email:To', '"Bob" [MOBILE:+4912345]'),
    el('Email:From', '"Ann" [MOBILE:+4967890]'),
    el('Email:DateReceived', START),
    el('Email:Read', 1),
    body('On my way'),
  ];

  test('MSASCMD_S19_TC50 an added one is answered with its class, and reaches who asks for the class', async () => {
    const address = await newUser();
    const [one, other] = [
      await List.open(address, 'inbox', '14.1'),
      await List.open(address, 'inbox', '14.1'),
    ];
    const { status, id, answer } = await one.add(...sms);
    expect([status, textOf(answer, 'AirSync:Class')]).toEqual(['1', 'SMS']);
    const [told] = (await other.sync()).commands('Add');
    expect(serverId(told)).toBe(id);
    expect(fields(dataOf(told))).toMatchObject({
      ...{ 'Email:To': '"Bob" [MOBILE:+4912345]', 'Email:From': '"Ann" [MOBILE:+4967890]' },
      ...{ 'Email:DateReceived': START, 'Email:Read': '1', 'Email:MessageClass': 'IPM.Note.Mobile.SMS' },
    });
    expect(bodyOf(dataOf(told))).toBe('On my way');
    expect(await one.change(id, el('Email:Read', 0))).toBe('1');
    expect(textOf(await other.news('Change'), 'Email:Read')).toBe('0');
  });

  test('is not told to who asks for mail alone', async () => {
    const address = await newUser();
    await (await List.open(address, 'inbox')).add(...sms);
    const other = await List.open(address, 'inbox');
    expect((await other.sync(el('AirSync:Options', bodyPreference(1)))).commands('Add')).toEqual([]);
  });

  test('MSASCMD_S19_TC25 mail cannot be added like that', async () => {
    const list = await List.open(await newUser(), 'inbox');
    const data = el('AirSync:ApplicationData', el('Email:Subject', 'x'));
    const all = await list.sync(commands(el('AirSync:Add', el('AirSync:ClientId', 'm'), data)));
    expect(textOf(all.responses('Add')[0], 'AirSync:Status')).toBe('6');
  });
});
