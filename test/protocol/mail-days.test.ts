/** Mail of each day in numbers, counted from its trace: everything through the whole Worker. */
import { expect, test } from 'vitest';
import type { HeldMessageView, Page, StatsStep, StatsView } from '../../shared/admin-api.ts';
import {
  ann,
  bob,
  cli,
  deliver,
  list,
  plain,
  post,
  request,
  STAMP,
  server,
  tenantId,
  withTrace,
} from './trace-kit.ts';

withTrace();

const today = () => new Date().toISOString().slice(0, 10);
const days = async () => (await server.admin<StatsView>('GET', `/tenants/${tenantId}/stats?days=400`)).mail;

test('what came and what left is counted once, whatever is told twice', async () => {
  expect(await days()).toEqual([]);
  await deliver(ann.address, { messageId: '<one@out.example>' });
  await deliver('nobody@mail.test');
  const junk = {
    ...{ messageId: '<junk@out.example>', from: 'x@out.example', date: new Date(0) },
    trace: [
      `${STAMP.replace('spf=pass', 'spf=fail')}; dmarc=fail header.from=out.example policy.dmarc=reject`,
    ],
  };
  // The second time it is a duplicate: it was taken, and went nowhere.
  await deliver(bob.address, junk);
  await deliver(bob.address, junk);
  await server.admin('POST', '/groups', { address: 'all@mail.test', senders: 'anyone' });
  await server.admin('PUT', '/groups/all@mail.test/members', { members: [bob.address, 'sid@side.test'] });
  await deliver('all@mail.test', { messageId: '<group@out.example>' });
  const came = { received: 5, refused: 1, delivered: 3, junk: 1, quarantined: 0 };
  expect(await days()).toEqual([{ day: today(), ...came, submitted: 0, sent: 0, failed: 0 }]);

  const to = `far@away.test, nobody@away.test, ${bob.address}, none@mail.test`;
  await post(ann, 'SendMail', request('SendMail', plain(ann, to, 'Many', 'words')));
  await server.drain();
  const sent = (await list({ sender: ann.address })).items.filter(({ direction }) => direction === 'out');
  expect(sent.map(({ status }) => status).sort()).toEqual(['delivered', 'failed', 'failed', 'sent']);
  const [after] = await days();
  // Bob's copy, and two reports to Ann.
  expect(after).toMatchObject({ submitted: 1, sent: 2, failed: 2, received: 8, delivered: 6 });
});

test('of a quarantine is what is held, and what is released counts where it goes', async () => {
  const [before] = await days();
  await server.admin('PATCH', `/tenants/${tenantId}/quarantine-settings`, { attachments: ['exe'] });
  await deliver(bob.address, {
    messageId: '<held@out.example>',
    attachments: [{ name: 'Invoice.exe', content: 'MZ' }],
  });
  const [held] = await days();
  expect(held).toMatchObject({ quarantined: 1, delivered: before?.delivered });
  const path = `/users/${bob.address}/quarantine`;
  const [one] = (await server.admin<Page<HeldMessageView>>('GET', path)).items;
  await server.admin('POST', `${path}/${one?.itemId}/release`);
  await server.drain();
  const [released] = await days();
  expect(released).toMatchObject({ quarantined: 1, delivered: Number(before?.delivered) + 1 });
  expect(released?.received).toBe(held?.received);
});

test('is what the installation and the command show, summed', async () => {
  const [mine] = await days();
  const { mail } = await server.admin<StatsStep>('GET', '/stats?days=1');
  expect(mail).toEqual([mine]);
  const { out } = await cli.waypost('stats', 'mail.test', '--days', '30');
  expect(out).toMatch(/DAY +RECEIVED +REFUSED +DELIVERED +JUNK/);
  expect(out).toMatch(new RegExp(`${today()} +${mine?.received} +${mine?.refused} +${mine?.delivered}`));
});
