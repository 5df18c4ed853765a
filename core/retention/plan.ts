import type { Folder } from '../mail/types.ts';
import { foldersBelowOf } from './below.ts';
import type {
  RetentionAction,
  RetentionExceptions,
  RetentionMeasure,
  RetentionRule,
  RetentionSettings,
} from './settings.ts';

/** A folder whose mail goes when it is old enough. */
export interface Target {
  folder: Folder;
  days: number;
  action: RetentionAction;
  measure: RetentionMeasure;
}

/** The folders that retention looks at, in order of their ids. */
export function planTargets(
  folders: readonly Folder[],
  settings: RetentionSettings,
  exceptions: RetentionExceptions,
): Target[] {
  const deleted = foldersBelowOf(folders, 'deleted');
  const targets: Target[] = [];
  for (const folder of folders) {
    if (folder.itemClass !== 'Email') continue;
    const rule = settings.folders.find((one) => fits(one, folder)) ?? defaultRule(folder, settings, deleted);
    if (rule === null) continue;
    const exception = settings.userExceptions ? exceptions.folders[folder.folderId] : undefined;
    // Users keep longer than the tenant does, not shorter: what is shorter they can delete themselves.
    const days = exception === undefined ? rule.days : longer(rule.days, exception.days);
    if (days === null) continue;
    const isArchive = folder.role === 'archive' && rule.action === 'archive';
    if (!isArchive) targets.push({ folder, days, action: rule.action, measure: rule.measure });
  }
  return targets.sort((a, b) => (a.folder.folderId < b.folder.folderId ? -1 : 1));
}

function longer(days: number, other: number | null): number | null {
  return other === null ? null : Math.max(days, other);
}

function fits({ role, name }: RetentionRule, folder: Folder): boolean {
  if (role !== undefined) return folder.role === role;
  return name !== undefined && matches(name, folder.displayName);
}

function defaultRule(
  folder: Folder,
  { deletedDays, junkDays }: RetentionSettings,
  deleted: ReadonlySet<string>,
): Omit<Target, 'folder'> | null {
  const days = deleted.has(folder.folderId) ? deletedDays : folder.role === 'junk' ? junkDays : null;
  return days === null ? null : { days, action: 'delete', measure: 'entered' };
}

/** Without a regular expression: a pattern is text of an admin, and must not cost more than its length (ReDoS). */
export function matches(pattern: string, name: string): boolean {
  const pieces = fold(pattern).split('*');
  const text = fold(name);
  const [first = '', ...others] = pieces;
  if (others.length === 0) return text === first;
  const last = others.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > text.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
