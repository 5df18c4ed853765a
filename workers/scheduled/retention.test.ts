import { expect, it } from 'vitest';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { keepLimits } from './retention.ts';

it('a round forgets the answers whose day is over, of tenants and of the installation', async () => {
  const stores = createMemoryStores(['MAIL_1']);
  const { directory } = stores;
  await directory.createTenant({ tenantId: 't', name: '', status: 'active', mailShard: 'MAIL_1' });
  const log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const claim = (tenantId: string | null, expiresAt: number) =>
    directory.claimAnswer(
      {
        ...{
          tenantId,
          caller: 'c',
          keyHash: `${expiresAt}`,
          requestHash: 'r',
          claim: `${tenantId}-${expiresAt}`,
        },
        ...{ startedAt: 1, expiresAt },
      },
      0,
    );
  for (const tenantId of [null, 't']) for (const at of [500, 501]) await claim(tenantId, at);
  const queues = createQueueRecorder();
  expect(await keepLimits({ ...stores, queues, log, now: () => 500 })).toBe(0);
  for (const tenantId of [null, 't']) expect(await directory.forgetAnswers(tenantId, 1000)).toBe(1);
});
