import { type Application, record, touch } from './application.ts';
import type { ClientCommand } from './state.ts';

/** Delete (MS-ASCMD 2.2.3.42.2): into Deleted Items, or for good. */
export async function applyDeletes(
  application: Application,
  commands: Extract<ClientCommand, { kind: 'delete' }>[],
): Promise<void> {
  const { context, request, result } = application;
  const { mailbox, repo } = context;
  const ids = commands.map((c) => c.itemId);
  const trash = request.deletesAsMoves ? await mailbox.folderByRole('deleted') : null;
  // DeletesAsMoves has no effect in Deleted Items itself (MS-ASCMD 2.2.3.43).
  const outcomes =
    trash !== null && trash.folderId !== request.collectionId
      ? await mailbox.move(ids, trash.folderId, request.collectionId)
      : await mailbox.remove(ids, context.now, request.collectionId);
  const byId = new Map(outcomes.map((o) => [o.itemId, o]));
  const held = repo.versions(request.collectionId, ids);
  repo.write(() => repo.drop(request.collectionId, ids));
  for (const command of commands) {
    const outcome = byId.get(command.itemId);
    const missing = outcome === undefined || outcome.outcome === 'notFound';
    if (!missing) {
      touch(application, outcome);
      if (outcome.folderId !== request.collectionId) {
        touch(application, { ...outcome, folderId: request.collectionId });
      }
    }
    // Also of what had gone before: the shadow does not know any more that the device has it.
    const isNews = !missing || held.has(command.itemId);
    record(
      result,
      command,
      missing ? { command: 'delete', id: command.itemId, status: 8 } : null,
      isNews ? { op: 'delete', itemId: command.itemId, since: held.get(command.itemId) } : undefined,
    );
  }
}
