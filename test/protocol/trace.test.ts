/** The way of messages, in and out, as an admin sees it: everything through the whole Worker. */
import { describe, expect, test } from 'vitest';
import type { Page, TraceView } from '../../shared/admin-api.ts';
import {
  ann,
  bob,
  cli,
  deliver,
  encode,
  list,
  plain,
  post,
  request,
  STAMP,
  server,
  show,
  stepsOf,
  tenantId,
  withTrace,
} from './trace-kit.ts';

withTrace();

describe('mail that comes in', () => {
  test('is told from email() to the phone, by its verdict and the folder of a rule', async () => {
    const { address } = ann;
    await server.admin('PUT', `/users/${address}/rules`, {
      revision: 0,
      rules: [
        { name: 'news', conditions: { containsSubjectStrings: ['News'] }, actions: { delete: true } },
        {
          name: 'on',
          conditions: { containsSubjectStrings: ['Pass'] },
          actions: { redirectToRecipients: [{ name: '', address: 'other@away.test' }] },
        },
      ],
    });
    await deliver(address, {
      messageId: '<plain@out.example>',
      subject: 'A secret subject',
      text: 'secret words',
    });
    const [found] = (await list({ messageId: 'plain@out.example' })).items;
    expect(found).toMatchObject({
      ...{ direction: 'in', sender: 'fay@out.example', recipient: address, status: 'delivered' },
      messageId: 'plain@out.example',
    });
    const way = await show(found?.traceId ?? '');
    const steps = stepsOf(way);
    expect(steps.slice(0, 2)).toEqual(['receive accepted', 'place inbox']);
    expect(steps.slice(2).sort()).toEqual(['index indexed', 'notify told']);
    expect(way.steps[1]?.details).toMatchObject({ folder: 'inbox', spf: 'pass', dkim: 'none', rules: null });
    expect(JSON.stringify(way)).not.toMatch(/secret/);
    await deliver(address, { messageId: '<news@out.example>', subject: 'News' });
    const [news] = (await list({ messageId: '<news@out.example>', recipient: address.toUpperCase() })).items;
    const [, place] = (await show(news?.traceId ?? '')).steps;
    expect(place).toMatchObject({ step: 'place', verdict: 'deleted' });
    expect(place?.details['rules']).toMatch(/^[\w-]+$/);
  });

  test('that a rule sends on is found with what was sent', async () => {
    await deliver(ann.address, { messageId: '<pass@out.example>', subject: 'Pass' });
    const [found] = (await list({ messageId: 'pass@out.example', recipient: ann.address })).items;
    const { related } = await show(found?.traceId ?? '');
    expect(related).toMatchObject([{ direction: 'out', recipient: 'other@away.test', status: 'sent' }]);
    const way = await show(related[0]?.traceId ?? '');
    expect(way.steps[0]).toMatchObject({ step: 'submit', verdict: 'accepted', details: { via: 'forward' } });
  });

  test('and is refused is there with the reason', async () => {
    expect((await deliver('nobody@mail.test')).rejectReason).toContain('5.1.1');
    const [found] = (await list({ recipient: 'nobody@mail.test' })).items;
    expect(found).toMatchObject({ status: 'refused', sender: 'fay@out.example', messageId: '' });
    const way = await show(found?.traceId ?? '');
    expect(way.steps).toMatchObject([
      { step: 'receive', verdict: 'refused', details: { reason: 'unknown' } },
    ]);
  });

  test('twice is one message and a duplicate, and Junk is said', async () => {
    const stamp = STAMP.replace('spf=pass', 'spf=fail');
    const options = {
      ...{ messageId: '<junk@out.example>', from: 'x@out.example', date: new Date(0) },
      trace: [`${stamp}; dmarc=fail header.from=out.example policy.dmarc=reject`],
    };
    await deliver(bob.address, options);
    await deliver(bob.address, options);
    const { items } = await list({ messageId: 'junk@out.example' });
    expect(items.map(({ status }) => status).sort()).toEqual(['duplicate', 'junk']);
    const junk = items.find(({ status }) => status === 'junk');
    const place = (await show(junk?.traceId ?? '')).steps.find(({ step }) => step === 'place');
    expect(place?.details).toMatchObject({ dmarc: 'fail', policy: 'reject', disposition: 'junk' });
    expect(place?.details['reasons']).toContain('dmarc=fail p=reject');
  });

  test('for a group is told with its members, each of whom is found', async () => {
    await server.admin('POST', '/groups', { address: 'all@mail.test', senders: 'anyone' });
    await server.admin('PUT', '/groups/all@mail.test/members', {
      members: [bob.address, 'sid@side.test', 'far@away.test'],
    });
    await deliver('all@mail.test', { messageId: '<group@out.example>' });
    const [whole] = (await list({ recipient: 'all@mail.test' })).items;
    expect(whole?.status).toBe('expanded');
    const way = await show(whole?.traceId ?? '');
    expect(way.steps[1]).toMatchObject({ step: 'expand', details: { here: 2, outside: 1, leftOut: 0 } });
    const others = way.related.map(({ recipient, status }) => `${recipient} ${status}`).sort();
    expect(others).toEqual(
      ['far@away.test sent', 'sid@side.test delivered', `${bob.address} delivered`].sort(),
    );
    expect((await list({ recipient: 'sid@side.test' })).items).toHaveLength(1);
  });
});

describe('mail that leaves', () => {
  test('is told for each recipient: what the next host said, what stays here, and the report', async () => {
    const to = `far@away.test, nobody@away.test, slow@away.test, ${bob.address}, none@mail.test`;
    await post(ann, 'SendMail', request('SendMail', plain(ann, to, 'A secret subject', 'secret words')));
    await server.drain();
    const sent = (await list({ sender: ann.address })).items.filter((one) => one.direction === 'out');
    const status = Object.fromEntries(sent.map((one) => [one.recipient, one.status]));
    expect(status).toMatchObject({
      ...{ 'far@away.test': 'sent', 'nobody@away.test': 'failed', 'slow@away.test': 'retrying' },
      ...{ [bob.address]: 'delivered', 'none@mail.test': 'failed' },
    });
    const far = sent.find(({ recipient }) => recipient === 'far@away.test');
    const way = await show(far?.traceId ?? '');
    expect(way.messages).toHaveLength(5);
    expect(way.steps[0]).toMatchObject({ step: 'submit', details: { via: 'activesync', automatic: false } });
    const steps = stepsOf(way);
    for (const step of [
      'attempt sent far@away.test',
      'attempt failed nobody@away.test',
      'attempt retry slow@away.test',
      `deliver delivered ${bob.address}`,
      'fail failed none@mail.test',
      'report failed none@mail.test',
      'report failed nobody@away.test',
    ])
      expect(steps).toContain(step);
    const refused = way.steps.find(({ verdict, step }) => step === 'attempt' && verdict === 'failed');
    expect(refused?.details).toMatchObject({ attempt: 1, carrier: 'smtp-relay', status: '5.1.1' });
    expect(refused?.details['text']).toContain('not here');
    const here = way.related.filter(({ direction }) => direction === 'in');
    expect(here.map(({ recipient }) => recipient)).toContain(bob.address);
    expect(JSON.stringify(way)).not.toMatch(/secret/);
  });

  test('and was refused is there too', async () => {
    const mime = encode('From: somebody@else.test\nTo: a@away.test\nSubject: Not mine\n\nWords.\n');
    expect(await post(bob, 'SendMail', request('SendMail', mime))).not.toBe('sent');
    await server.drain();
    const [found] = (await list({ sender: bob.address })).items;
    expect(found).toMatchObject({ direction: 'out', status: 'refused' });
  });
});

describe('who looks', () => {
  const token = async (body: object) =>
    (await server.admin<{ token: string }>('POST', '/tokens', { name: 't', tenantId, ...body })).token;

  test('sees their tenant, or what concerns their domain', async () => {
    const support = await token({ role: 'support' });
    const side = await token({ role: 'support', domain: 'side.test' });
    const everything = (await list({ limit: '200' })).items;
    expect((await list({ limit: '200' }, support)).items).toEqual(everything);
    const theirs = (await list({ limit: '200' }, side)).items;
    expect(theirs.map(({ recipient }) => recipient)).toEqual(['sid@side.test']);
    expect((await list({ sender: ann.address }, side)).items).toEqual([]);
    const foreign = everything.find(({ recipient }) => recipient === ann.address);
    const ask = async (path: string, by: string) =>
      (await server.fetch(`/admin/v1${path}`, { headers: { authorization: `Bearer ${by}` } })).status;
    expect(await ask(`/tenants/${tenantId}/trace/${foreign?.traceId}`, side)).toBe(404);
    expect(await ask(`/tenants/${tenantId}/trace/${theirs[0]?.traceId}`, side)).toBe(200);
    const other = await server.admin<{ tenantId: string }>('POST', '/tenants', { name: 'Other' });
    expect(await ask(`/tenants/${other.tenantId}/trace`, support)).toBe(404);
    expect(await ask(`/tenants/${other.tenantId}/trace/${foreign?.traceId}`, server.adminToken)).toBe(404);
    expect(await ask(`/tenants/${tenantId}/trace?cursor=x`, support)).toBe(400);
    expect(await ask(`/tenants/${tenantId}/trace?since=soon`, support)).toBe(400);
  });

  test('goes from page to page, in spans of time', async () => {
    const all = (await list({ limit: '200' })).items;
    const paged: TraceView[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<TraceView> = await list({ limit: '4', ...(cursor === '' ? {} : { cursor }) });
      paged.push(...page.items);
      cursor = page.cursor;
    }
    expect(paged).toEqual(all);
    expect((await list({ until: String(all.at(-1)?.at) })).items).toEqual([]);
    const since = String((all.at(0)?.at ?? 0) + 1);
    expect((await list({ since })).items).toEqual([]);
  });

  test('sees the same with the command', async () => {
    const text = await cli.waypost('trace', 'list', 'mail.test', '--recipient', 'nobody@mail.test');
    expect(text.out).toMatch(/ in +fay@out\.example +nobody@mail\.test +refused/);
    const [one] = await cli.json<TraceView[]>(
      'trace',
      'list',
      'mail.test',
      '--message-id',
      'plain@out.example',
    );
    const shown = await cli.waypost('trace', 'show', 'mail.test', one?.traceId ?? '');
    expect(shown.out).toMatch(/place +inbox .*folder=inbox.*spf=pass/);
    expect((await cli.waypost('trace', 'show', 'mail.test', 'nothing')).err).toMatch(/no such message/);
    expect(
      (await cli.waypost('trace', 'list', 'mail.test', '--limit', '2')).out.trim().split('\n'),
    ).toHaveLength(3);
  });

  test('finds what is old gone, as the tenant says', async () => {
    expect((await cli.waypost('tenant', 'trace', 'mail.test')).out).toContain('30 days');
    expect((await cli.waypost('tenant', 'trace', 'mail.test', '--days', '1')).out).toContain('for 1 days');
    await server.scheduled('7-59/15 * * * *');
    expect((await list()).items.length).toBeGreaterThan(0);
    expect((await cli.waypost('tenant', 'trace', 'mail.test', '--days', 'default')).out).toContain('30 days');
  });
});
