import { describe, expect, test } from 'vitest';
import { groupSender, groupSubmissionId } from '../core/groups/submission.ts';
import { GROUP_DEFAULTS, type GroupSettings } from '../core/people/types.ts';
import type { Consignment } from '../core/ports/carrier.ts';
import { type House, house } from '../test/support/house.worker.ts';

const ANN = 'ann@one.example';

async function world() {
  const h = await house();
  const sent: Consignment[] = [];
  const answers = new Map<string, string>();
  h.state.carrier = {
    ...{ name: 'relay', maxRecipients: 100, maxBytes: 1_000_000 },
    async send(mail) {
      sent.push(mail);
      return mail.recipients.map((address) =>
        answers.get(address) === 'no'
          ? { address, outcome: 'failed' as const, status: '5.1.1', text: 'Nobody of that name.' }
          : { address, outcome: 'sent' as const, status: '2.0.0', text: 'ok' },
      );
    },
  };
  let made = 0;
  const group = async (address: string, members: string[], over: Partial<GroupSettings> = {}) => {
    const groupId = `g${++made}`;
    const tenantId = address.endsWith('two.example') ? 't2' : 't1';
    await h.directory.createGroup({ ...GROUP_DEFAULTS, tenantId, groupId, address, ...over });
    await h.directory.setGroupMembers(tenantId, groupId, members);
    return groupId;
  };
  const send = async (to: string, over: { from?: string; id?: string } = {}) => {
    const from = over.from ?? ANN;
    const id = over.id ?? `s${++made}`;
    const result = await h.outbound.submit({
      submissionId: id,
      sender: h.sender(from),
      raw: new TextEncoder().encode(`From: ${from}\nTo: ${to}\nSubject: S\n\nWords.\n`),
      saveInSentItems: false,
      correlationId: 'c',
    });
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    return { result, id, entry: await h.outbound.get(h.sender(from).ref, id) };
  };
  return { h, group, send, sent, answers };
}

const mailboxes = (h: House) => h.state.placed.map(({ tenantId, mailboxId }) => `${tenantId}/${mailboxId}`);
const remote = (sent: Consignment[]) => sent.flatMap(({ recipients }) => recipients).sort();

describe('mail of a user to a group', () => {
  test('goes to each member once: in mailboxes here, in groups within the group, and at other hosts (I9)', async () => {
    const { h, group, send, sent } = await world();
    await group('inner@one.example', ['bob@one.example', 'cid@one.example', 'all@one.example']);
    await group('all@one.example', [
      ...['inner@one.example', 'bob@one.example', 'bob@two.example', 'nobody@one.example'],
      ...['Xena@out.example', 'all@one.example'],
    ]);
    const { entry } = await send('All@One.Example, cid@one.example, inner@one.example');
    expect(mailboxes(h).sort()).toEqual(['t1/bob-t1', 't1/cid-t1', 't2/bob-t2']);
    expect(remote(sent)).toEqual(['Xena@out.example']);
    expect(entry?.recipients.map(({ address, group: via }) => [address, via])).toEqual([
      ['cid@one.example', undefined],
      ['Xena@out.example', 'all@one.example'],
      ['bob@one.example', 'all@one.example'],
      ['bob@two.example', 'all@one.example'],
    ]);
    expect(entry?.state).toBe('done');
  });

  test('goes to those who were members when it was accepted, however often it is handed in (I16, I23)', async () => {
    const { h, group, send, sent } = await world();
    const groupId = await group('all@one.example', ['bob@one.example', 'x@out.example']);
    await send('all@one.example', { id: 'one' });
    await h.directory.setGroupMembers('t1', groupId, ['cid@one.example', 'y@out.example']);
    expect((await send('all@one.example', { id: 'one' })).result).toEqual({ kind: 'already' });
    expect(new Set(mailboxes(h))).toEqual(new Set(['t1/bob-t1']));
    expect(remote(sent)).toEqual(['x@out.example']);
  });

  test.each<[string, Partial<GroupSettings>, string, boolean]>([
    ['for anyone, of its tenant', { senders: 'anyone' }, 'cid@one.example', true],
    ['for anyone, of another tenant', { senders: 'anyone' }, 'ann@two.example', true],
    ['for the inside, of its tenant', { senders: 'inside' }, 'cid@one.example', true],
    ['for the inside, of another tenant', { senders: 'inside' }, 'ann@two.example', false],
    ['for members, by one', { senders: 'members' }, 'bob@one.example', true],
    ['for members, by one of a group within', { senders: 'members' }, 'ann@one.example', true],
    ['for members, by somebody else', { senders: 'members' }, 'cid@one.example', false],
  ])('%s', async (_what, settings, from, taken) => {
    const { h, group, send } = await world();
    await group('within@one.example', ['ann@one.example']);
    await group('all@one.example', ['bob@one.example', 'within@one.example'], settings);
    const { entry } = await send('all@one.example', { from });
    if (taken) expect(mailboxes(h).sort()).toEqual(['t1/ann-t1', 't1/bob-t1']);
    else {
      expect(entry?.recipients).toMatchObject([
        { address: 'all@one.example', state: 'failed', failure: { status: '5.7.1' } },
      ]);
      // Word of it, to the sender alone.
      expect(h.state.placed.map((p) => p.mailboxId)).toEqual([h.sender(from).ref.mailboxId]);
    }
  });

  test('with nobody left is reported to its sender', async () => {
    const { h, group, send, sent } = await world();
    await group('empty@one.example', ['nobody@one.example', 'x@out.example'], { externalMembers: false });
    const { entry } = await send('empty@one.example');
    expect(entry?.recipients).toMatchObject([{ state: 'failed', failure: { status: '5.2.4' } }]);
    expect(sent).toEqual([]);
    expect(await h.text(h.state.placed[0]?.key ?? '')).toContain('no members');
  });

  test('keeps members outside away where the group, or the one around it, wants it so', async () => {
    const { group, send, sent } = await world();
    await group('inner@one.example', ['x@out.example', 'bob@one.example']);
    const closed = { externalMembers: false };
    await group('outer@one.example', ['inner@one.example', 'y@out.example'], closed);
    await send('outer@one.example');
    expect(remote(sent)).toEqual([]);
    // By another way it does go out.
    await group('both@one.example', ['outer@one.example', 'inner@one.example']);
    await send('both@one.example');
    expect(remote(sent)).toEqual(['x@out.example']);
  });

  test('of more than can be written down at once goes to nobody', async () => {
    const { h, group, send } = await world();
    for (const n of [1, 2, 3]) {
      const members = Array.from({ length: 900 }, (_, i) => `m${n}-${i}@out.example`);
      await group(`part${n}@one.example`, members);
    }
    await group(
      'all@one.example',
      [1, 2, 3].map((n) => `part${n}@one.example`),
    );
    const { entry } = await send('all@one.example');
    expect(entry?.recipients).toMatchObject([{ state: 'failed', failure: { status: '5.2.4' } }]);
    expect(mailboxes(h)).toEqual(['t1/ann-t1']);
  });

  test('is tried again by an admin when the group takes it at last', async () => {
    const { h, group, send } = await world();
    const groupId = await group('all@one.example', []);
    const { id } = await send('all@one.example');
    await h.directory.setGroupMembers('t1', groupId, ['bob@one.example']);
    h.state.placed.length = 0;
    expect(await h.outbound.retry(h.sender(ANN).ref, id)).toBe('retried');
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(mailboxes(h)).toEqual(['t1/bob-t1']);
  });
});

describe('what a group passes on to members outside', () => {
  async function passOn(recipients: string[], mailFrom: string) {
    const made = await world();
    const { h, sent, answers } = made;
    const ref = { tenantId: 't1', mailboxId: 'g1', shard: 'MAIL_1' };
    answers.set('gone@out.example', 'no');
    const id = await groupSubmissionId(ref, 'a message');
    const submit = () =>
      h.outbound.submit({
        submissionId: id,
        sender: groupSender(ref, 'all@one.example'),
        raw: new TextEncoder().encode('From: fay@far.example\nTo: all@one.example\nSubject: S\n\nWords.\n'),
        saveInSentItems: false,
        correlationId: 'c',
        automatic: { mailFrom, recipients },
      });
    const work = async () => {
      for (let round = 0; round < 5; round++) await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    };
    expect(await submit()).toMatchObject({ kind: 'accepted' });
    await work();
    expect(await submit()).toEqual({ kind: 'already' });
    await work();
    const texts = await Promise.all(sent.map(async (mail) => new Response(mail.open()).text()));
    const mails = sent.map(({ mailFrom: from, recipients: to }, n) => ({ from, to, text: texts[n] ?? '' }));
    return { ...made, mails, entry: await h.outbound.get(ref, id) };
  }

  test('goes out once, with the return path of its sender, who hears of what fails by mail (I23)', async () => {
    const { mails, entry, h } = await passOn(['x@out.example', 'gone@out.example'], 'fay@far.example');
    expect(mails.map(({ from, to }) => [from, to])).toEqual([
      ['fay@far.example', ['x@out.example', 'gone@out.example']],
      ['', ['fay@far.example']],
    ]);
    expect(mails[1]?.text).toContain('postmaster@one.example');
    expect(mails[1]?.text).toContain('Nobody of that name.');
    expect(mails[1]?.text).not.toContain('postmaster@far.example');
    expect(entry).toMatchObject({ state: 'done', reports: [] });
    // Nothing lies in a mailbox that is none.
    expect(h.state.placed).toEqual([]);
  });

  test('without a return path is told to nobody', async () => {
    const { mails } = await passOn(['gone@out.example'], '');
    expect(mails.map(({ to }) => to)).toEqual([['gone@out.example']]);
  });
});
