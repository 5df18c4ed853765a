import { describe, expect, test } from 'vitest';
import type { AuditJob } from '../../core/ports/queues.ts';
import { type Subject, unique } from './subject.ts';

export function auditContract(subject: Subject): void {
  describe('audit', () => {
    test('appends each event once and lists them newest first', async () => {
      const { audit } = await subject.open();
      const tenantId = unique('tenant');
      const event = (at: number, over: Partial<AuditJob> = {}): AuditJob => ({
        v: 1,
        eventId: unique('event'),
        at,
        tenantId,
        actor: 'ann@example.com',
        action: 'login',
        resource: 'activesync',
        outcome: 'ok',
        details: { address: '192.0.2.0', tries: 2, known: true, note: null },
        correlationId: 'c',
        ...over,
      });
      const [a, b, c] = [event(1), event(2, { action: 'wipe', outcome: 'denied' }), event(3)];
      await audit.append([a, b]);
      await audit.append([{ ...a, actor: 'forged' }, c, c]);
      await audit.append([]);
      expect(await audit.list({ tenantId, limit: 10 })).toEqual([c, b, a]);
      expect(await audit.list({ tenantId, action: 'wipe', limit: 10 })).toEqual([b]);
      expect(await audit.list({ tenantId, before: 3, limit: 1 })).toEqual([b]);
      const anonymous = event(9_000_000_000_000, { tenantId: null, details: { text: 'x\0y' } });
      await audit.append([anonymous]);
      expect(await audit.list({ limit: 1 })).toEqual([{ ...anonymous, details: { text: 'xy' } }]);
    });
  });
}
