import { describe, expect, it } from 'vitest';
import type { AuditJob } from '../ports/queues.ts';
import { eventsOfAudit } from './audit-events.ts';
import { eventIdOf, isPattern, matches } from './events.ts';
import { nextDelaySeconds } from './schedule.ts';
import { eventsOfTrace } from './trace-events.ts';

const JOB: AuditJob = {
  ...{ v: 1, eventId: 'e1', at: 5, tenantId: 't1', actor: 'admin-token', action: 'user.create' },
  ...{ resource: 'user/u1', outcome: 'ok', details: { address: 'a@a.example' }, correlationId: 'c' },
};

describe('which events are wanted', () => {
  it.each([
    '*',
    'mail.received',
    'mail.*',
    'device.*',
    'audit.*',
    'audit.tenant.*',
    'audit.user.rules.run',
  ])('%s can be asked for', (pattern) => {
    expect(isPattern(pattern)).toBe(true);
  });
  it.each([
    ...['', 'mail', 'mail.opened', 'mail.*.x', '**', 'm*', 'audit', 'audit.', 'audit.*.x', 'audit.Tenant'],
    ...['ping', '*.created', 'audit..x', `audit.${'x'.repeat(80)}`],
  ])('%j is nothing', (pattern) => {
    expect(isPattern(pattern)).toBe(false);
  });

  it('a star is everything but the audit log', () => {
    expect(matches(['*'], 'mail.sent')).toBe(true);
    expect(matches(['*'], 'audit.user.create')).toBe(false);
    expect(matches(['audit.user.*'], 'audit.user.create')).toBe(true);
    expect(matches(['audit.user.*'], 'audit.user')).toBe(false);
    expect(matches(['mail.sent', 'user.*'], 'mail.bounced')).toBe(false);
    expect(matches([], 'mail.sent')).toBe(false);
  });
});

describe('an entry of the audit log', () => {
  const types = (over: Partial<AuditJob>) => eventsOfAudit({ ...JOB, ...over }).map(({ type }) => type);

  it('is told under its own name and a plain one, with ids that stay apart', () => {
    const events = eventsOfAudit(JOB);
    expect(events.map(({ type }) => type)).toEqual(['audit.user.create', 'user.created']);
    expect(events.map(({ eventId }) => eventId)).toEqual(['e1.a', 'e1']);
    expect(events[1]?.data).toEqual({ userId: 'u1', actor: 'admin-token', address: 'a@a.example' });
  });

  it('is what it says', () => {
    expect(types({ action: 'user.status', details: { status: 'disabled' } })).toContain('user.suspended');
    expect(types({ action: 'user.status', details: { status: 'active' } })).toContain('user.resumed');
    expect(types({ action: 'user.status', details: { status: 'noMail' } })).toHaveLength(1);
    expect(types({ action: 'user.create', outcome: 'denied' })).toEqual(['audit.user.create']);
    expect(types({ action: 'tenant.policy' })).toEqual(['audit.tenant.policy']);
    const device = { resource: 'device/u1/PHONE1', action: 'device.register' };
    expect(types({ ...device, details: { access: 'allow' } })).toEqual([
      'audit.device.register',
      'device.registered',
    ]);
    const held = eventsOfAudit({ ...JOB, ...device, details: { access: 'quarantine' } });
    expect(held.map(({ type }) => type)).toContain('device.quarantined');
    expect(new Set(held.map(({ eventId }) => eventId)).size).toBe(3);
    expect(held[2]?.data).toMatchObject({ userId: 'u1', deviceId: 'PHONE1' });
  });

  it('of a dead letter is told, but not of the letters that telling itself brought forth', () => {
    const letter = { action: 'dead-letter', resource: 'dead-letter/index:m1', outcome: 'error' } as const;
    const [, event] = eventsOfAudit({ ...JOB, ...letter, details: { queue: 'index', attempts: 6 } });
    expect(event).toMatchObject({ type: 'deadletter.created', data: { deadLetterId: 'index:m1' } });
    expect(types({ ...letter, details: { queue: 'webhooks' } })).toEqual([]);
  });
});

describe('the way of a message', () => {
  it('is told when the message is kept out of its mailbox', async () => {
    const at = { tenantId: 't1', traceId: 'i1', at: 5 };
    const message = {
      ...{ ...at, recipient: 'a@a.example', direction: 'in' as const, sender: 's@far.example', size: 9 },
      ...{ domain: 'a.example', messageId: 'm@far.example', correlationId: 'c', mailboxId: 'u1' },
    };
    const step = { ...at, recipient: '', key: 'quarantine:held', step: 'quarantine', verdict: 'held' };
    const details = { reason: 'spam', why: 'Words of it: “Confidential”' };
    const rows = {
      messages: [message],
      steps: [
        { ...step, details },
        { ...step, step: 'place', details: {} },
      ],
    };
    const [event, ...others] = await eventsOfTrace(rows);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: 'quarantine.held', tenantId: 't1', correlationId: 'c' });
    expect(event?.data).toEqual({
      ...{ itemId: 'i1', mailboxId: 'u1', reason: 'spam', messageId: 'm@far.example' },
      ...{ envelopeFrom: 's@far.example', recipient: 'a@a.example', size: 9 },
    });
    expect((await eventsOfTrace(rows))[0]?.eventId).toBe(event?.eventId);
    const release = { action: 'quarantine.release', resource: 'mailbox/u1', details: { itemId: 'i1' } };
    const [, released] = eventsOfAudit({ ...JOB, ...release });
    expect(released).toMatchObject({ type: 'quarantine.released', data: { mailboxId: 'u1', itemId: 'i1' } });
  });
});

describe('ids and times', () => {
  it('the same happening has the same id', async () => {
    const one = await eventIdOf('mail.received', 'box', 'item');
    expect(await eventIdOf('mail.received', 'box', 'item')).toBe(one);
    expect(await eventIdOf('mail.received', 'box', 'item2')).not.toBe(one);
    expect(one).toMatch(/^evt-[0-9a-f]{32}$/);
  });

  it('attempts grow apart until there is no other, and the receiver may ask for a rest', () => {
    const delays = Array.from({ length: 10 }, (_, n) => nextDelaySeconds(n + 1, null));
    expect(delays).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
    expect(nextDelaySeconds(1, 120)).toBe(120);
    expect(nextDelaySeconds(1, 1e9)).toBe(86_400);
    expect(nextDelaySeconds(3, 5)).toBe(1800);
  });
});
