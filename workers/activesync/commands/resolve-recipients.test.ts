import { describe, expect, it } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { EVERYBODY } from '../../../core/ports/acl.ts';
import {
  availability,
  NOW,
  name,
  retrieve,
  tag,
  resolvingWorld as world,
} from '../../../test/support/resolving-world.worker.ts';
import type { Version } from '../http/versions.ts';

describe('ResolveRecipients: whom a name means', () => {
  it('S13_TC12 answers each To in order, with one recipient that is certain', async () => {
    const { add, ask } = await world();
    await add('user01', 'Ann One');
    await add('user011', 'Bob Two');
    const { status, responses } = await ask([
      'user01',
      'nobody',
      'BOB two',
      'user01@x.test',
      'absent@x.test',
      '',
    ]);
    expect(status).toBe('1');
    expect(responses.map((r) => [r.to, r.status, r.count, r.recipients.map(name)])).toEqual([
      ['user01', '1', '1', ['Ann One']],
      ['nobody', '4', '0', []],
      ['BOB two', '1', '1', ['Bob Two']],
      ['user01@x.test', '1', '1', ['Ann One']],
      ['absent@x.test', '4', '0', []],
      ['', '4', '0', []],
    ]);
    expect(responses[0]?.recipients[0]?.children.map((c) => [c.tag, c.text])).toEqual([
      [tag('Type'), '1'],
      [tag('DisplayName'), 'Ann One'],
      [tag('EmailAddress'), 'user01@x.test'],
    ]);
  });

  it('S13_TC08 S13_TC09 suggests those of an ambiguous name, without certificates or free/busy data', async () => {
    const { add, ask, certify } = await world();
    for (const n of ['a', 'b', 'c']) await certify((await add(`s${n}`, `Search ${n}`)).userId, n);
    const span = availability('2026-11-01T10:00:00.000Z', '2026-11-01T11:00:00.000Z');
    const [all] = (await ask(['sear'], [retrieve(2), span])).responses;
    expect([all?.status, all?.count, all?.recipients.map(name)]).toEqual([
      '2',
      '3',
      ['Search a', 'Search b', 'Search c'],
    ]);
    for (const recipient of all?.recipients ?? []) expect(recipient.children).toHaveLength(3);
    const [some] = (await ask(['sear'], [el(tag('MaxAmbiguousRecipients'), 2)])).responses;
    expect([some?.status, some?.count, some?.recipients.length]).toEqual(['3', '3', 2]);
    const [none] = (await ask(['sear'], [el(tag('MaxAmbiguousRecipients'), 0)])).responses;
    expect([none?.status, none?.count, none?.recipients.length]).toEqual(['3', '3', 0]);
  });

  it('S13_TC06 S13_TC20 refuses names over 256 characters and more than 100 of them', async () => {
    const { ask } = await world();
    const refused = { status: '5', responses: [] };
    expect((await ask(['x'.repeat(256)])).status).toBe('1');
    expect(await ask(['x'.repeat(257)])).toEqual(refused);
    const many = Array.from({ length: 101 }, (_, i) => `User${i}`);
    expect(await ask(many)).toEqual(refused);
    expect((await ask(many.slice(1))).responses).toHaveLength(100);
    expect(await ask([])).toEqual(refused);
  });

  it('never finds people of another tenant', async () => {
    const { ask, directory } = await world();
    await directory.createTenant({ tenantId: 't2', name: 'T2', status: 'active', mailShard: 'MAIL_1' });
    await directory.createUser({
      userId: 'other',
      tenantId: 't2',
      address: 'ann@y.test',
      displayName: 'Ann',
      status: 'active',
      quotaBytes: null,
      createdAt: 0,
    });
    const { responses } = await ask(['ann', 'ann@y.test']);
    expect(responses.map((r) => r.status)).toEqual(['4', '4']);
  });
});

describe('ResolveRecipients: free/busy data', () => {
  const ok = '2026-11-01T10:00:00.000Z';

  it.each([
    ['S13_TC02', ok, 'TimeWithInvalidFormat'],
    ['S13_TC03', 'TimeWithInvalidFormat', ok],
    ['S13_TC03', null, ok],
    ['S13_TC04', '2010-03-01T00:20:00.000Z', '2010-03-01T00:00:00.000Z'],
    ['S13_TC04', '2010-03-01T00:00:00.000Z', '2010-03-01T00:29:59.999Z'],
    ['S13_TC05', '2010-03-01T00:00:00.000Z', '2010-06-03T00:00:01.000Z'],
  ])('%s refuses the span from %s to %s', async (_case, start, end) => {
    const { ask } = await world();
    expect((await ask(['owner'], [availability(start, end)])).status).toBe('5');
    expect((await ask(['owner'], [availability(start, end)], '12.1')).status).toBe('1');
  });

  it('S13_TC13 S13_TC15 is a digit for each 30 minutes', async () => {
    const { ask, book, owner } = await world();
    await book(owner, '2013-08-17T02:30:00', 'PT1H');
    const digits = async (start: string, end: string | null, version: Version = '16.1') => {
      const { responses } = await ask(['owner@x.test'], [availability(start, end)], version);
      const found = child(responses[0]?.recipients[0], tag('Availability'));
      return [textOf(found, tag('Status')), textOf(found, tag('MergedFreeBusy'))];
    };
    expect(await digits('2013-08-17T23:00:00.000Z', '2013-08-17T23:30:00.000Z')).toEqual(['1', '0']);
    expect(await digits('2013-08-17T02:00:00.000Z', '2013-08-17T04:00:00.000Z')).toEqual(['1', '0220']);
    expect(await digits('2013-08-17T02:00:00.000Z', '2013-08-17T02:30:01.000Z')).toEqual(['1', '02']);
    expect(await digits('2013-08-17T00:00:00.000Z', null)).toEqual([
      '1',
      `00000220${'0'.repeat(7 * 48 - 8)}`,
    ]);
    expect(await digits(ok, null, '12.1')).toEqual([undefined, undefined]);
  });

  it('S13_TC10 S13_TC11 of a group is one string, and 161 above 20 members', async () => {
    const { ask, group, add, book } = await world();
    const people = [await add('m0', 'M 0'), await add('m1', 'M 1')] as const;
    await book(people[0], '2010-03-01T00:00:00', 'PT30M', { 'waypost:busy': 'tentative' });
    await book(people[1], '2010-03-01T00:55:00', 'PT30M', { 'waypost:busy': 'oof' });
    const members = (n: number) => Array.from({ length: n }, (_, i) => `m${i}@x.test`);
    await group('small', 'Test Group', members(20));
    await group('large', 'Large Group', members(21));
    const span = availability('2010-03-01T00:20:00.000Z', '2010-03-01T01:00:00.000Z');
    const { responses } = await ask(['Test Group', 'large group'], [span]);
    const found = responses.map((r) => child(r.recipients[0], tag('Availability')));
    expect(responses.map((r) => [r.status, r.recipients.length])).toEqual([
      ['1', 1],
      ['1', 1],
    ]);
    expect(found.map((a) => [textOf(a, tag('Status')), textOf(a, tag('MergedFreeBusy'))])).toEqual([
      ['1', '13'],
      ['161', undefined],
    ]);
  });

  it('S13_TC21 is 163 of whoever does not let it be seen, and of nobody else for that', async () => {
    const { ask, add, mail, ref } = await world();
    const [closed] = [await add('closed', 'Closed'), await add('open', 'Open')];
    const box = mail.mailbox({ ...ref, mailboxId: closed.userId });
    await box.create(0);
    await box.putGrant({ folderId: '', granteeId: EVERYBODY, rights: ['none'] });
    const span = availability('2010-03-01T00:00:00.000Z', '2010-03-01T00:30:00.000Z');
    const { responses } = await ask(['closed', 'open'], [span]);
    const found = responses.map((r) => child(r.recipients[0], tag('Availability')));
    expect(found.map((a) => [textOf(a, tag('Status')), textOf(a, tag('MergedFreeBusy'))])).toEqual([
      ['163', undefined],
      ['1', '0'],
    ]);
  });

  it('is 162 of whoever cannot be asked now, and the others have their answer', async () => {
    const { ask, add, mail } = await world();
    const broken = await add('broken', 'Broken');
    await add('fine', 'Fine');
    const open = mail.mailbox.bind(mail);
    mail.mailbox = (ref) => {
      if (ref.mailboxId === broken.userId) throw new Error('D1_ERROR: overloaded');
      return open(ref);
    };
    const span = availability('2010-03-01T00:00:00.000Z', '2010-03-01T00:30:00.000Z');
    const { responses } = await ask(['broken', 'fine'], [span]);
    const found = responses.map((r) => child(r.recipients[0], tag('Availability')));
    expect(found.map((a) => textOf(a, tag('Status')))).toEqual(['162', '1']);
  });

  it('is 160 of people beyond a hundred, those of groups among them', async () => {
    const { ask, add, group } = await world();
    const names: string[] = [];
    for (let g = 0; g < 6; g++) {
      const members: string[] = [];
      for (let m = 0; m < 18; m++) members.push((await add(`p${g}-${m}`, '')).address);
      await group(`group${g}`, `Group ${g}`, members);
      names.push(`Group ${g}`);
    }
    const span = availability('2010-03-01T00:00:00.000Z', '2010-03-01T00:30:00.000Z');
    const { responses } = await ask(names, [span]);
    const found = responses.map((r) => child(r.recipients[0], tag('Availability')));
    expect(found.map((a) => textOf(a, tag('Status'))).sort()).toEqual(['1', '1', '1', '1', '1', '160']);
  });
});

describe('ResolveRecipients: certificates', () => {
  const of = (r: WbxmlElement | undefined) => {
    const found = child(r, tag('Certificates'));
    return {
      status: textOf(found, tag('Status')),
      counts: [textOf(found, tag('CertificateCount')), textOf(found, tag('RecipientCount'))],
      full: children(found, tag('Certificate')).map((c) => c.text),
      mini: textOf(found, tag('MiniCertificate')),
    };
  };

  it('S13_TC01 S13_TC14 come whole, small, or not at all', async () => {
    const { add, ask, certify, owner } = await world();
    const ann = await add('ann', 'Ann');
    const old = await certify(ann.userId, 'older', NOW + 5);
    const newer = await certify(ann.userId, 'newer', NOW + 9);
    await certify(ann.userId, 'expired', NOW);
    await certify(owner.userId, 'expired', NOW - 1);
    const get = async (value: number | string, who = 'ann') => {
      const { status, responses } = await ask([who], value === '' ? [] : [retrieve(value)]);
      return { top: status, recipient: responses[0]?.recipients[0] };
    };
    for (const value of ['', 1])
      expect(child((await get(value)).recipient, tag('Certificates'))).toBeUndefined();
    expect(of((await get(2)).recipient)).toEqual({
      status: '1',
      counts: ['2', '1'],
      full: [newer, old],
      mini: undefined,
    });
    expect(of((await get(3)).recipient)).toEqual({ status: '1', counts: ['2', '1'], full: [], mini: newer });
    expect(of((await get(2, 'owner')).recipient)).toEqual({
      status: '7',
      counts: ['0', '1'],
      full: [],
      mini: undefined,
    });
    for (const bad of [0, 4, 'x']) expect((await get(bad)).top).toBe('5');
  });

  it('of one recipient come all or none when MaxCertificates is reached', async () => {
    const { add, ask, certify } = await world();
    const [ann, bob, cat] = [await add('ann', 'Ann'), await add('bob', 'Bob'), await add('cat', 'Cat')];
    await certify(ann.userId, 'a1');
    for (const f of ['b1', 'b2']) await certify(bob.userId, f);
    await certify(cat.userId, 'c1');
    const ask3 = (max: number | string) =>
      ask(['ann', 'bob', 'cat'], [retrieve(2), el(tag('MaxCertificates'), max)]);
    const got = (await ask3(2)).responses.map((r) => of(r.recipients[0]));
    expect(got.map((c) => [c.status, c.counts[0], c.full.length])).toEqual([
      ['1', '1', 1],
      ['8', '2', 0],
      ['1', '1', 1],
    ]);
    for (const bad of [10_000, -1, '']) expect((await ask3(bad)).status).toBe('5');
  });

  it('of a group are those of its members', async () => {
    const { add, ask, certify, group } = await world();
    const ann = await add('ann', 'Ann');
    await add('bob', 'Bob');
    const der = await certify(ann.userId, 'a1');
    await group('team', 'Team', ['ann@x.test', 'bob@x.test', 'x@elsewhere.test']);
    const [response] = (await ask(['team'], [retrieve(2)])).responses;
    expect(of(response?.recipients[0])).toMatchObject({ status: '1', counts: ['1', '3'], full: [der] });
  });
});

describe('ResolveRecipients: pictures', () => {
  const picture = (maxSize?: number, maxPictures?: number) =>
    el(
      tag('Picture'),
      maxSize === undefined ? null : el(tag('MaxSize'), maxSize),
      maxPictures === undefined ? null : el(tag('MaxPictures'), maxPictures),
    );

  it('S13_TC07 S13_TC16 S13_TC17 S13_TC18 S13_TC19 S21_TC02 come within the limits of each To', async () => {
    const { add, ask } = await world();
    await add('user1', 'P one', {}, 500);
    await add('user2', 'P two', {}, 600);
    await add('user3', 'P three');
    const statuses = async (to: string[], options: WbxmlNode[], version: Version = '14.1') =>
      (await ask(to, options, version)).responses.map((r) =>
        r.recipients.map((x) => textOf(child(x, tag('Picture')), tag('Status'))),
      );
    expect(await statuses(['user3'], [picture(undefined, 3)])).toEqual([['173']]);
    expect(await statuses(['user3'], [picture()])).toEqual([['173']]);
    expect(await statuses(['user1'], [picture(102_400, 3)])).toEqual([['1']]);
    expect(await statuses(['user2'], [picture(1)])).toEqual([['174']]);
    expect(await statuses(['user2'], [picture(undefined, 0)])).toEqual([['175']]);
    expect(await statuses(['p', 'user1'], [picture(undefined, 1)])).toEqual([['1', '173', '175'], ['1']]);
    expect(await statuses(['user1'], [picture()], '14.0')).toEqual([[undefined]]);
    const [sent] = (await ask(['user1'], [picture()])).responses;
    expect(child(child(sent?.recipients[0], tag('Picture')), tag('Data'))?.opaque).toHaveLength(500);
  });
});
