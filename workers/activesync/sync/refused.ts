import type { ClientCommand } from '../../../core/sync/state.ts';
import { STATUS } from '../status.ts';

/** What tells the commands of a device apart that make or change something. */
interface Named {
  /** Of an Add; null of a Change. */
  clientId: string | null;
  itemId: string | null;
  instanceId?: string | null;
  /** The Delete of one occurrence. */
  isDelete?: boolean;
}

/** What a command comes to that cannot be carried out. */
export function refused(
  { clientId, itemId, instanceId, isDelete }: Named,
  status: number = STATUS.sync.conversion,
): ClientCommand {
  const command = clientId !== null ? 'add' : isDelete === true ? 'delete' : 'change';
  const instance = instanceId == null ? {} : { instanceId };
  return { kind: 'refused', command, id: clientId ?? itemId ?? '', status, ...instance };
}
