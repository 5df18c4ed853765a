import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import type { Services } from '../../platform/services.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import { house } from '../../test/support/house.worker.ts';
import { scriptedCarrier } from '../../test/support/scripted-carrier.ts';
import { createAdmin } from './index.ts';

const TOKEN = 'test-token-0123456789';
const ANN = 'ann@one.example';

async function api() {
  const h = await house();
  const { carrier, handed } = scriptedCarrier((_mail, call) => ({
    outcome: call === 1 ? 'retry' : 'sent',
    status: '4.2.2',
    text: 'full',
  }));
  h.state.carrier = carrier;
  const { text: _text, sender: _sender, state, ...services } = h;
  const log = { error() {}, warn() {}, info() {}, debug() {} };
  const app = createAdmin(
    {
      ...services,
      config: parseConfig({ ADMIN_TOKEN: TOKEN }),
      now: () => state.now,
      log,
      trail: { record: () => undefined },
    } as unknown as Services,
    {
      reconcile: async () => 0,
      replayDeadLetter: async () => 0,
      hashPassword: async (p: string) => p,
    } as never,
  );
  checkedApp(app);
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const send = (submissionId: string, notBefore?: number) =>
    h.outbound.submit({
      submissionId,
      sender: h.sender(ANN),
      raw: new TextEncoder().encode('To: x@away.example, bob@one.example\nMessage-ID: <m@x>\n\nx\n'),
      saveInSentItems: false,
      correlationId: 'c',
      ...(notBefore === undefined ? {} : { notBefore }),
    });
  const audited = () => h.queues.sent.audit.map((e) => e.action);
  return { h, call, send, handed, audited };
}

describe('the outbox for admins', () => {
  it('shows what was sent, page by page, without its content', async () => {
    const { h, call, send } = await api();
    await send('a');
    h.state.now++;
    await send('b', h.state.now + 1000);
    await h.outbound.attempt(h.queues.sent.outbound.splice(0, 1));
    const first = await call('GET', `/users/${ANN}/outbox?limit=1`);
    expect(first.body).toMatchObject({ items: [{ submissionId: 'b', state: 'held', sender: ANN }] });
    const rest = await call('GET', `/users/${ANN}/outbox?cursor=${encodeURIComponent(first.body.cursor)}`);
    expect(rest.body).toMatchObject({
      cursor: null,
      items: [
        {
          submissionId: 'a',
          state: 'open',
          messageId: 'm@x',
          recipients: [
            { address: 'x@away.example', state: 'queued', attempts: 1, error: '4.2.2 full', local: false },
            { address: 'bob@one.example', state: 'sent', local: true, error: null },
          ],
        },
      ],
    });
    expect((await call('GET', '/tenants/t1/outbox?state=open')).body.items).toHaveLength(2);
    expect((await call('GET', '/tenants/t2/outbox')).body.items).toEqual([]);
    expect((await call('GET', '/tenants/t1/outbox?cursor=x')).status).toBe(400);
    expect((await call('GET', '/tenants/t9/outbox')).status).toBe(404);
    expect((await call('GET', `/users/${ANN}/outbox/a`)).body.submissionId).toBe('a');
    // Another user's is none.
    expect((await call('GET', '/users/bob@one.example/outbox/a')).status).toBe(404);
  });

  it('takes back, stops and tries again', async () => {
    const { h, call, send, handed, audited } = await api();
    await send('held', h.state.now + 1000);
    expect((await call('POST', `/users/${ANN}/outbox/held/cancel`)).body).toEqual({
      draft: true,
      stopped: 0,
    });
    await send('a');
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect((await call('POST', `/users/${ANN}/outbox/a/retry`)).status).toBe(200);
    await h.outbound.attempt(h.queues.sent.outbound.splice(0));
    expect(handed).toHaveLength(2);
    expect((await call('POST', `/users/${ANN}/outbox/a/retry`)).status).toBe(409);
    expect((await call('POST', `/users/${ANN}/outbox/a/cancel`)).status).toBe(409);
    expect((await call('POST', `/users/${ANN}/outbox/x/cancel`)).status).toBe(404);
    await send('b');
    expect((await call('POST', `/users/${ANN}/outbox/b/cancel`)).body).toEqual({ draft: false, stopped: 1 });
    expect(audited()).toEqual(['outbox.cancel', 'outbox.retry', 'outbox.cancel']);
  });
});

describe('how much may be sent', () => {
  it('is shown and set, and what a change leaves out stays', async () => {
    const { call } = await api();
    const path = '/tenants/t1/sending';
    expect((await call('GET', path)).body).toMatchObject({ recipientsPerMessage: 500, undoSendSeconds: 0 });
    await call('PUT', path, { user: { messagesPerHour: null }, fanOut: { least: 5 } });
    const changed = await call('PUT', path, { undoSendSeconds: 5, fanOut: { times: 3 } });
    expect(changed.body).toMatchObject({
      user: { messagesPerHour: null, messagesPerDay: 10_000 },
      fanOut: { least: 5, times: 3 },
      undoSendSeconds: 5,
    });
    expect((await call('GET', path)).body).toEqual(changed.body);
    expect((await call('PUT', path, { fanOut: null })).body.fanOut).toBeNull();
    expect((await call('PUT', path, { user: { messagesPerHour: -1 } })).status).toBe(400);
    expect((await call('PUT', path, { perUser: {} })).status).toBe(400);
    expect((await call('PUT', '/tenants/t9/sending', {})).status).toBe(404);
  });

  it('is shown of a user, who can be unlocked', async () => {
    const { h, call, send, audited } = await api();
    await h.directory.putTenantSetting('t1', 'sending', { fanOut: { least: 1, times: 1 } });
    expect(await send('a')).toEqual({ kind: 'refused', reason: 'sending-locked' });
    expect((await call('GET', `/users/${ANN}/sending`)).body).toMatchObject({
      lockedAt: h.state.now,
      reason: '2 recipients within an hour',
    });
    expect((await call('POST', `/users/${ANN}/unlock-sending`)).body).toMatchObject({ lockedAt: null });
    expect((await send('a')).kind).toBe('accepted');
    expect((await call('GET', `/users/${ANN}/sending`)).body.hour).toEqual({ messages: 1, recipients: 2 });
    expect(audited()).toEqual(['user.sending-locked', 'user.unlock-sending']);
    expect((await call('PUT', `/users/${ANN}/sending`, { undoSendSeconds: 9 })).body.undoSendSeconds).toBe(9);
    expect(
      (await call('PUT', `/users/${ANN}/sending`, { undoSendSeconds: null })).body.undoSendSeconds,
    ).toBeNull();
  });
});

describe('who may send in whose name', () => {
  it('is granted, shown and taken back, within a tenant', async () => {
    const { call, audited } = await api();
    const path = `/users/${ANN}/send-grants`;
    const bob = { owner: ANN, grantee: 'bob@one.example', kind: 'behalf' };
    expect((await call('PUT', `${path}/bob@one.example`, { kind: 'behalf' })).body.items).toEqual([bob]);
    expect((await call('PUT', `${path}/bob@two.example`, { kind: 'as' })).status).toBe(400);
    expect((await call('PUT', `${path}/${ANN}`, { kind: 'as' })).status).toBe(409);
    expect((await call('GET', path)).body.items).toEqual([bob]);
    expect((await call('DELETE', `${path}/bob@one.example`)).body.items).toEqual([]);
    expect(audited()).toEqual(['user.grant-send', 'user.revoke-send']);
  });
});
