import { newId } from '../../platform/ids.ts';
import { type Cursor, type RecoveryPorts, type StepOptions, type StepResult, tenantOf } from './step.ts';

const PAGE = 1000;

/**
 * Puts the messages and objects that the search index lacks on its queue: last of all, since mail that can be read is worth more
 * than mail that can be found.
 */
export async function fillIndex(
  { services }: RecoveryPorts,
  cursor: Cursor,
  { address, dryRun }: StepOptions,
): Promise<StepResult> {
  const tenant = await tenantOf(services, cursor.tenantId);
  if (tenant === null || dryRun === true) return { next: null, tally: {} };
  const user =
    cursor.list === null
      ? (await services.directory.listUsers(tenant.tenantId, cursor.address, 1))[0]
      : (await services.directory.findLogin(cursor.address))?.user;
  if (user === undefined) return { next: null, tally: {} };
  const behind: Cursor = { ...cursor, address: user.address, list: null };
  if (address !== undefined && address !== null && address !== user.address)
    return { next: behind, tally: {} };
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const page = await services.archive.mailbox(ref).items(cursor.list ?? '', PAGE);
  const ids = page.lines.filter((line) => line.kind !== 'person').map((line) => line.itemId);
  const indexed = await services.search.indexed(ref, ids);
  const absent = ids.filter((itemId) => !indexed.has(itemId));
  const correlationId = newId(services.now());
  await services.queues.index(absent.map((itemId) => ({ v: 1, ...ref, itemId, correlationId })));
  return { next: page.last === null ? behind : { ...behind, list: page.last }, tally: {} };
}
