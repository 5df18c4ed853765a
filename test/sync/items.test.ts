import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ENDLESS, type NewPimItem } from '../../core/pim/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { DEFAULT_OPTIONS } from '../../core/sync/options.ts';
import type { ItemCommand } from '../../core/sync/state.ts';
import { DAY, ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

const DONE = { isRead: true };

function newNote(itemId: string, folderId: string, title = itemId): NewPimItem {
  const at = new Date(NOW).toISOString();
  return {
    ...{ itemId, folderId, kind: 'note' },
    document: {
      ...{ '@type': 'Note', uid: itemId, title, body: '', bodyContentType: 'text/plain' },
      ...{ keywords: {}, updated: at, created: at },
    },
    facts: { uid: itemId, sortAt: NOW, startsAt: null, endsAt: null, remindAt: null, title },
  };
}

/** A task as far as a window looks at it. */
function newTask(itemId: string, folderId: string, completedAt: number | null = null): NewPimItem {
  const updated = new Date(completedAt ?? NOW).toISOString();
  return {
    ...{ itemId, folderId, kind: 'task' },
    document: {
      ...{ '@type': 'Task', uid: itemId, title: itemId, updated },
      progress: completedAt === null ? 'needs-action' : 'completed',
    },
    facts: {
      ...{ uid: itemId, sortAt: completedAt ?? ENDLESS, startsAt: null, endsAt: null },
      ...{ remindAt: null, title: itemId },
    },
  };
}

function newText(itemId: string, folderId: string, at = NOW): NewPimItem {
  return {
    ...{ itemId, folderId, kind: 'sms' },
    document: {
      ...{ '@type': 'TextMessage', uid: itemId, from: '[MOBILE:+49]', to: '', subject: '', body: 'hi' },
      ...{ isRead: false, importance: 1, date: new Date(at).toISOString(), keywords: {} },
    },
    facts: { uid: itemId, sortAt: at, startsAt: null, endsAt: null, remindAt: null, title: '' },
  };
}

function added(item: NewPimItem, clientId = 'c1', expect: number | null = null): ItemCommand {
  return { kind: 'addItem', clientId, item, expect, announce: false };
}

function changed(item: NewPimItem, expect: number, fingerprint = item.facts.title): ItemCommand {
  return { kind: 'changeItem', itemId: item.itemId, fingerprint, item, expect, announce: false };
}

let mailbox: MailboxStore;
let notes: string;
let tasks: string;
let inbox: string;
let trash: string;

beforeEach(async () => {
  ({ mailbox, inbox, trash } = await newMailbox());
  notes = (await mailbox.folderByRole('notes'))?.folderId ?? '';
  tasks = (await mailbox.folderByRole('tasks'))?.folderId ?? '';
});

async function phoneOf(folderId: string, itemClass: ModelDevice['itemClass']): Promise<ModelDevice> {
  const phone = new ModelDevice(mailbox, folderId);
  phone.itemClass = itemClass;
  await phone.settle();
  return phone;
}

async function titleOf(itemId: string): Promise<string | undefined> {
  return (await mailbox.pimItems([itemId]))[0]?.title;
}

async function modseqOf(itemId: string): Promise<number> {
  return (await mailbox.itemStates([itemId]))[0]?.modseq ?? 0;
}

describe('an item that a device makes', () => {
  test('is answered with its id and not echoed, and a repeat of the request makes no second one (I16)', async () => {
    const phone = await phoneOf(notes, 'Notes');
    const commands = [added(newNote('n1', notes))];
    await phone.ask({ commands });
    const again = await phone.ask({ commands });
    expect(again.responses).toEqual([{ command: 'add', id: 'c1', itemId: 'n1', status: 1 }]);
    expect(again.batch).toEqual([]);
    phone.view.set('n1', true);
    await phone.take(again);
    expect(await phone.settle()).toBe(0);
    expect(await mailbox.pimPage(notes, '', 10)).toHaveLength(1);
  });

  test('whose first try nobody remembers is the same item, and what others did to it since is told', async () => {
    const phone = await phoneOf(notes, 'Notes');
    await mailbox.putItem(newNote('n1', notes, 'made'), { expect: null });
    await mailbox.putItem(newNote('n1', notes, 'by others'));
    const reply = await phone.ask({ commands: [added(newNote('n1', notes, 'made'))] });
    expect(reply.responses).toEqual([{ command: 'add', id: 'c1', itemId: 'n1', status: 1 }]);
    expect(reply.batch).toEqual([{ op: 'change', itemId: 'n1', since: 0 }]);
    expect(await titleOf('n1')).toBe('by others');
  });

  test('that the folder has already is put over that, and the device is told the whole of it', async () => {
    const phone = await phoneOf(notes, 'Notes');
    await mailbox.putItem(newNote('theirs', notes, 'theirs'));
    const merged = newNote('theirs', notes, 'merged');
    const reply = await phone.ask({ commands: [added(merged, 'c1', await modseqOf('theirs'))] });
    expect(reply.responses).toEqual([{ command: 'add', id: 'c1', itemId: 'theirs', status: 1 }]);
    expect(reply.batch).toEqual([{ op: 'change', itemId: 'theirs', since: 0 }]);
    expect(await titleOf('theirs')).toBe('merged');
  });

  test('is told to a device that forgot that it had made it', async () => {
    const phone = await phoneOf(notes, 'Notes');
    await phone.ask({ commands: [added(newNote('n1', notes))] });
    const reply = await phone.ask();
    expect(reply.batch).toEqual([{ op: 'add', itemId: 'n1' }]);
  });

  test('is refused with Status 6 when it is too large, with 16 when its folder goes meanwhile', async () => {
    const phone = await phoneOf(notes, 'Notes');
    const large = newNote('n1', notes, 'x');
    if (large.kind === 'note') large.document.body = 'x'.repeat(300_000);
    expect((await phone.ask({ commands: [added(large)] })).responses).toEqual([
      { command: 'add', id: 'c1', status: 6 },
    ]);
    vi.spyOn(mailbox, 'putItem').mockResolvedValueOnce({
      ...{ outcome: 'noFolder', itemId: 'n2', folderId: '', modseq: 0 },
    });
    const reply = await phone.ask({ commands: [added(newNote('n2', notes), 'c2')] });
    expect(reply.responses).toEqual([{ command: 'add', id: 'c2', status: 16 }]);
  });
});

describe('an item that a device changes', () => {
  test('is not echoed to it, but told to another', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const [phone, other] = [await phoneOf(notes, 'Notes'), await phoneOf(notes, 'Notes')];
    const reply = await phone.ask({ commands: [changed(newNote('n1', notes, 'new'), await modseqOf('n1'))] });
    expect([reply.batch, reply.responses]).toEqual([[], []]);
    expect((await other.ask()).batch.map((e) => [e.op, e.itemId])).toEqual([['change', 'n1']]);
    await phone.take(reply);
    expect(await phone.settle()).toBe(0);
  });

  test('and that somebody else has changed stays as the server has it: Status 7, and it is sent again', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    await mailbox.putItem(newNote('n1', notes, 'by others'));
    const reply = await phone.ask({
      commands: [changed(newNote('n1', notes, 'mine'), await modseqOf('n1'))],
    });
    expect(reply.responses).toEqual([{ command: 'change', id: 'n1', status: 7 }]);
    expect(reply.batch).toEqual([{ op: 'change', itemId: 'n1', since: 0 }]);
    expect(await titleOf('n1')).toBe('by others');
  });

  test('wins with Conflict 0, and the device hears what came of both', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    await mailbox.putItem(newNote('n1', notes, 'by others'));
    const reply = await phone.ask({
      options: { ...DEFAULT_OPTIONS, conflict: 'client' },
      commands: [changed(newNote('n1', notes, 'mine'), await modseqOf('n1'))],
    });
    expect(reply.responses).toEqual([]);
    expect(reply.batch.map((e) => [e.op, e.itemId])).toEqual([['change', 'n1']]);
    expect(await titleOf('n1')).toBe('mine');
  });

  test('between the look at it and the write is Status 16, and nothing of either is lost', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    const expected = await modseqOf('n1');
    const putItem = mailbox.putItem.bind(mailbox);
    vi.spyOn(mailbox, 'putItem').mockImplementationOnce(async (item, options) => {
      await putItem(newNote('n1', notes, 'by others'));
      return putItem(item, options);
    });
    const reply = await phone.ask({ commands: [changed(newNote('n1', notes, 'mine'), expected)] });
    expect(reply.responses).toEqual([{ command: 'change', id: 'n1', status: 16 }]);
    await phone.take(reply);
    expect(await titleOf('n1')).toBe('by others');
    expect(await phone.settle()).toBe(1);
  });

  test('and that is elsewhere or gone is Status 8', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    await mailbox.move(['n1'], trash);
    const commands = [
      changed(newNote('n1', notes, 'x'), await modseqOf('n1')),
      changed(newNote('n2', notes), 7),
    ];
    const reply = await phone.ask({ commands });
    expect(reply.responses.map((r) => [r.id, r.status])).toEqual([
      ['n1', 8],
      ['n2', 8],
    ]);
  });

  test('twice in one request is written once, as the last change leaves it, and both are known', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    const at = await modseqOf('n1');
    const commands = [
      changed(newNote('n1', notes, 'first'), at),
      changed(newNote('n1', notes, 'first and second'), at),
    ];
    const reply = await phone.ask({ commands });
    expect([reply.responses, reply.batch]).toEqual([[], []]);
    expect(await titleOf('n1')).toBe('first and second');
    await phone.take(reply);
    expect(await phone.settle()).toBe(0);
  });

  test('is echoed when its codec says that the device does not know what became of it', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    const command = changed(newNote('n1', notes, 'new'), await modseqOf('n1'));
    const reply = await phone.ask({ commands: [{ ...command, echo: true }] });
    expect(reply.batch.map((e) => e.op)).toEqual(['change']);
  });

  test('by its marks alone does not exist when it is no message', async () => {
    await mailbox.putItem(newNote('n1', notes));
    const phone = await phoneOf(notes, 'Notes');
    const reply = await phone.ask({ commands: [{ kind: 'change', itemId: 'n1', ...DONE }] });
    expect(reply.responses).toEqual([{ command: 'change', id: 'n1', status: 8 }]);
  });
});

describe('Deleted Items, and every other folder of mail', () => {
  test('tells no device of what is no message, and counts none of it', async () => {
    const phone = await phoneOf(trash, 'Email');
    await mailbox.putItem(newNote('n1', notes));
    await mailbox.move(['n1'], trash);
    await mailbox.insert({ ...newMessage(), folderRole: 'deleted' });
    expect(await phone.settle()).toBe(1);
    const fresh = await phoneOf(trash, 'Email');
    expect([...fresh.view.keys()]).toEqual([...phone.view.keys()]);
    await mailbox.remove(['n1'], NOW);
    expect(await phone.settle()).toBe(0);
  });

  test('DeletesAsMoves moves an item there, without it the item is gone for good', async () => {
    for (const id of ['n1', 'n2']) await mailbox.putItem(newNote(id, notes));
    const phone = await phoneOf(notes, 'Notes');
    await phone.take(await phone.ask({ commands: [{ kind: 'delete', itemId: 'n1' }] }));
    await phone.take(
      await phone.ask({ commands: [{ kind: 'delete', itemId: 'n2' }], deletesAsMoves: false }),
    );
    const states = await mailbox.itemStates(['n1', 'n2']);
    expect(states.map((s) => [s.itemId, s.folderId])).toEqual([['n1', trash]]);
  });

  test('tells of text messages only who asks for them, in their own window', async () => {
    await mailbox.putItem(newText('old', inbox, NOW - 10 * DAY));
    await mailbox.putItem(newText('new', inbox));
    const { itemId } = await mailbox.insert(newMessage(NOW - 10 * DAY));
    const mailOnly = await phoneOf(inbox, 'Email');
    expect([...mailOnly.view.keys()]).toEqual([itemId]);
    const ask = async (sms: number | null, mail = true) => {
      const phone = new ModelDevice(mailbox, inbox);
      phone.options = { mail, sms: sms === null ? null : { filterType: sms, bodies: [] } };
      await phone.settle();
      return [...phone.view.keys()].sort();
    };
    expect(await ask(0)).toEqual(['new', 'old', itemId].sort());
    expect(await ask(3)).toEqual(['new', itemId].sort());
    expect(await ask(0, false)).toEqual(['new', 'old']);
  });

  test('a text message leaves the device when its own window has passed it, and mail stays', async () => {
    await mailbox.putItem(newText('text', inbox, NOW - 2 * DAY));
    const { itemId } = await mailbox.insert(newMessage(NOW - 2 * DAY));
    const phone = new ModelDevice(mailbox, inbox);
    phone.options = { sms: { filterType: 2, bodies: [] } };
    await phone.settle();
    expect(phone.view.size).toBe(2);
    phone.now = NOW + 2 * DAY;
    expect((await phone.ask()).batch).toEqual([{ op: 'softDelete', itemId: 'text' }]);
    await phone.settle();
    expect([...phone.view.keys()]).toEqual([itemId]);
  });
});

describe('the window of tasks (FilterType 8: incomplete)', () => {
  test('has those to be done; one that somebody else completes leaves the device without being deleted', async () => {
    await mailbox.putItem(newTask('t1', tasks));
    await mailbox.putItem(newTask('t2', tasks, NOW));
    const phone = new ModelDevice(mailbox, tasks);
    phone.itemClass = 'Tasks';
    phone.filterType = 8;
    await phone.settle();
    expect([...phone.view.keys()]).toEqual(['t1']);
    await mailbox.putItem(newTask('t1', tasks, NOW));
    expect((await phone.ask()).batch).toEqual([{ op: 'softDelete', itemId: 't1' }]);
    await phone.settle();
    await mailbox.putItem(newTask('t1', tasks));
    await phone.settle();
    expect([...phone.view.keys()]).toEqual(['t1']);
    expect(phone.odd).toEqual([]);
  });

  test('one that the device completes itself leaves it too, and is kept', async () => {
    await mailbox.putItem(newTask('t1', tasks));
    const phone = new ModelDevice(mailbox, tasks);
    phone.itemClass = 'Tasks';
    phone.filterType = 8;
    await phone.settle();
    await phone.take(
      await phone.ask({ commands: [changed(newTask('t1', tasks, NOW), await modseqOf('t1'))] }),
    );
    await phone.settle();
    expect([...phone.view.keys()]).toEqual([]);
    expect(await mailbox.itemStates(['t1'])).toHaveLength(1);
  });
});

test('an Add outside of the window, sent twice, leaves the device both times, and it hears no more of it', async () => {
  const phone = new ModelDevice(mailbox, tasks);
  phone.itemClass = 'Tasks';
  phone.filterType = 8;
  await phone.settle();
  const commands = [added(newTask('t1', tasks, NOW))];
  for (const reply of [await phone.ask({ commands }), await phone.ask({ commands })]) {
    expect(reply.batch).toEqual([{ op: 'softDelete', itemId: 't1' }]);
  }
  expect(phone.repo.versions(tasks, ['t1']).size).toBe(0);
});

test('an event leaves the window when its end has aged out of it; one without an end stays', async () => {
  const calendar = (await mailbox.folderByRole('calendar'))?.folderId ?? '';
  const event = (itemId: string, endsAt: number): NewPimItem => ({
    ...{ itemId, folderId: calendar, kind: 'event' },
    document: {
      ...{ '@type': 'Event', uid: itemId, title: itemId, updated: new Date(NOW).toISOString() },
      ...{ start: '2027-01-01T00:00:00', duration: 'PT1H', timeZone: 'Etc/UTC' },
    },
    facts: {
      ...{ uid: itemId, sortAt: endsAt, startsAt: NOW - 10 * DAY, endsAt, remindAt: null, title: itemId },
    },
  });
  await mailbox.putItem(event('once', NOW - 10 * DAY));
  await mailbox.putItem(event('weekly', ENDLESS));
  const phone = new ModelDevice(mailbox, calendar);
  phone.itemClass = 'Calendar';
  phone.filterType = 4;
  await phone.settle();
  expect([...phone.view.keys()].sort()).toEqual(['once', 'weekly']);
  phone.now = NOW + 5 * DAY;
  expect((await phone.ask()).batch).toEqual([{ op: 'softDelete', itemId: 'once' }]);
});

test('a second key 0 may name other fields to be managed, without another key', async () => {
  const phone = new ModelDevice(mailbox, notes);
  phone.itemClass = 'Contacts';
  const first = await phone.ask({ supported: ['Contacts:FileAs'] });
  const second = await phone.ask({ supported: [] });
  expect(second.syncKey).toBe(first.syncKey);
  expect(phone.repo.load(notes)?.supported).toEqual([]);
});
