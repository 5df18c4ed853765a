import { describe, expect, test } from 'vitest';
import type { Submission } from '../core/ports/outbound.ts';
import { type House, house } from '../test/support/house.worker.ts';
import { scriptedCarrier } from '../test/support/scripted-carrier.ts';

const ANN = 'ann@one.example';
const HOUR = 3_600_000;
let made = 0;

async function world(setting: unknown) {
  const h = await house();
  h.state.carrier = scriptedCarrier().carrier;
  await h.directory.putTenantSetting('t1', 'sending', setting);
  return h;
}

async function send(h: House, recipients = 1, over: Partial<Submission> = {}): Promise<string> {
  const to = Array.from({ length: recipients }, (_, n) => `x${n}@away.example`).join(', ');
  const { address } = over.sender?.user ?? { address: ANN };
  const result = await h.outbound.submit({
    submissionId: `s-${++made}`,
    sender: h.sender(ANN),
    raw: new TextEncoder().encode(`From: ${address}\nTo: ${to}\n\nx\n`),
    saveInSentItems: false,
    correlationId: 'c',
    ...over,
  });
  return result.kind === 'refused' ? result.reason : result.kind;
}

describe('limits of sending (A26)', () => {
  test('hold for messages in an hour, and begin anew with the next', async () => {
    const h = await world({ user: { messagesPerHour: 2 } });
    expect([await send(h), await send(h), await send(h)]).toEqual(['accepted', 'accepted', 'rate-limited']);
    h.state.now += HOUR;
    expect(await send(h)).toBe('accepted');
  });

  test('hold for messages and recipients in a day', async () => {
    const h = await world({ user: { messagesPerDay: 3, recipientsPerDay: 10 } });
    expect(await send(h, 8)).toBe('accepted');
    h.state.now += HOUR;
    expect(await send(h, 3)).toBe('rate-limited');
    expect(await send(h, 2)).toBe('accepted');
    expect(await send(h, 1)).toBe('rate-limited');
    h.state.now += 24 * HOUR;
    expect(await send(h, 10)).toBe('accepted');
  });

  test('hold for one message, and for all users of a tenant together', async () => {
    const h = await world({ recipientsPerMessage: 2, tenant: { messagesPerHour: 2 } });
    expect(await send(h, 3)).toBe('too-many-recipients');
    expect(await send(h)).toBe('accepted');
    expect(await send(h, 1, { sender: h.sender('bob@one.example') })).toBe('accepted');
    expect(await send(h, 1, { sender: h.sender('cid@one.example') })).toBe('rate-limited');
    expect(await send(h, 1, { sender: h.sender('ann@two.example') })).toBe('accepted');
  });

  test('count a message once, however often it is handed in, and none that is refused', async () => {
    const h = await world({ user: { messagesPerHour: 2 } });
    expect(await send(h, 1, { submissionId: 'same' })).toBe('accepted');
    expect(await send(h, 1, { submissionId: 'same' })).toBe('already');
    expect(await send(h, 1, { raw: new TextEncoder().encode('From: x@y\nTo: z@y\n\n') })).toBe(
      'from-not-allowed',
    );
    expect(await send(h)).toBe('accepted');
    expect(await send(h)).toBe('rate-limited');
  });

  test('let no more through when many are sent at the same moment', async () => {
    const h = await world({ user: { messagesPerHour: 3 } });
    const results = await Promise.all(Array.from({ length: 8 }, () => send(h)));
    expect(results.filter((r) => r === 'accepted')).toHaveLength(3);
    expect(results.filter((r) => r === 'rate-limited')).toHaveLength(5);
  });

  test('what the installation writes by itself has a ceiling of its own', async () => {
    const h = await world({ user: { messagesPerHour: 1 }, automaticPerHour: { user: 2 } });
    const automatic = { mailFrom: '', recipients: ['x@away.example'] };
    const results = [];
    for (let n = 0; n < 3; n++) results.push(await send(h, 1, { automatic }));
    expect(results).toEqual(['accepted', 'accepted', 'rate-limited']);
    expect(await send(h)).toBe('accepted');
  });

  test('a setting that is damaged is no way around them', async () => {
    const h = await world({
      user: 'none',
      tenant: [],
      automaticPerHour: -1,
      fanOut: 7,
      recipientsPerMessage: 1e9,
    });
    expect(await send(h)).toBe('accepted');
    expect(await send(h, 501)).toBe('too-many-recipients');
    expect(await send(h, 400)).toBe('sending-locked');
  });
});

describe('somebody who suddenly writes to far more people than ever (A26)', () => {
  const settings = { fanOut: { least: 20, times: 5 } };

  test('may not send any more, and the audit log says so', async () => {
    const h = await world(settings);
    expect(await send(h, 15)).toBe('accepted');
    expect(await send(h, 6)).toBe('sending-locked');
    expect(await send(h)).toBe('sending-locked');
    h.state.now += 48 * HOUR;
    expect(await send(h)).toBe('sending-locked');
    expect(h.queues.sent.audit).toMatchObject([
      { action: 'user.sending-locked', resource: 'user/ann-t1', tenantId: 't1', outcome: 'denied' },
    ]);
    expect(await send(h, 1, { sender: h.sender('bob@one.example') })).toBe('accepted');
    // Automatic replies of a locked user are not theirs.
    const automatic = { mailFrom: '', recipients: ['x@away.example'] };
    expect(await send(h, 1, { automatic })).toBe('accepted');
  });

  test('may, when that is what they do', async () => {
    const h = await world(settings);
    expect(await send(h, 18)).toBe('accepted');
    h.state.now += 5 * HOUR;
    expect(await send(h, 90)).toBe('accepted');
    expect(await send(h, 1)).toBe('sending-locked');
  });

  test('may for a day after an admin let them off', async () => {
    const h = await world(settings);
    expect(await send(h, 21)).toBe('sending-locked');
    const exemptUntil = h.state.now + 24 * HOUR;
    await h.outbox.putSendLock('t1', 'ann-t1', { lockedAt: null, reason: '', exemptUntil });
    expect(await send(h, 21)).toBe('accepted');
    expect(await send(h, 200)).toBe('accepted');
  });

  test('is nobody where the tenant switched it off', async () => {
    const h = await world({ fanOut: null });
    expect(await send(h, 500)).toBe('accepted');
  });
});
