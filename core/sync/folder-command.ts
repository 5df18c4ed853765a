import type { ItemClass } from '../mail/types.ts';

/** A change to the folder tree that a device asks for (MS-ASCMD 2.2.1.3, 2.2.1.4, 2.2.1.6). Parent '0' is the root. */
export type FolderCommand =
  | { kind: 'create'; parentId: string; displayName: string; itemClass: ItemClass }
  | { kind: 'update'; serverId: string; parentId: string; displayName: string }
  | { kind: 'delete'; serverId: string };

export function sameCommand(a: FolderCommand, b: FolderCommand): boolean {
  return textOf(a) === textOf(b);
}

function textOf(command: FolderCommand): string {
  if (command.kind === 'delete') return JSON.stringify([command.kind, command.serverId]);
  const { kind, parentId, displayName } = command;
  const subject = kind === 'create' ? command.itemClass : command.serverId;
  return JSON.stringify([kind, parentId, displayName, subject]);
}
