/** Where the journal of actions lies in the bucket. Numbers have fifteen digits, so that keys sort as they do. */
import type { MailboxRef } from '../mail/types.ts';

const ROOT = 'actions/';
const DIGITS = 15;

type Owner = Pick<MailboxRef, 'tenantId' | 'mailboxId'>;

/** Everything of one mailbox. */
export function mailboxPrefix({ tenantId, mailboxId }: Owner): string {
  return `${ROOT}mail/${tenantId}/${mailboxId}/`;
}

export function segmentsPrefix(owner: Owner): string {
  return `${mailboxPrefix(owner)}segments/`;
}

/** A segment is named by where it begins, so that two writers of one beginning meet. */
export function segmentKey(owner: Owner, from: number): string {
  return `${segmentsPrefix(owner)}${padded(from)}.ndjson`;
}

/**
 * What changes aside without a modseq of its own. It sorts before the segment that begins at the same modseq, which is
 * younger.
 */
export function asideSegmentKey(owner: Owner, from: number, at: number): string {
  return `${segmentsPrefix(owner)}${padded(from)}-${padded(at)}.ndjson`;
}

export function snapshotsPrefix(owner: Owner): string {
  return `${mailboxPrefix(owner)}snapshots/`;
}

export function snapshotPartKey(owner: Owner, modseq: number, part: number): string {
  return `${snapshotsPrefix(owner)}${padded(modseq)}/${padded(part)}.ndjson`;
}

/** Written last: without it a snapshot is none. */
export function manifestKey(owner: Owner, modseq: number): string {
  return `${snapshotsPrefix(owner)}${padded(modseq)}/manifest.json`;
}

/** Exports of the directory, of all tenants or of one. */
export function directoryPrefix(tenantId?: string): string {
  return tenantId === undefined ? `${ROOT}directory/` : `${ROOT}directory/${tenantId}/`;
}

export function directoryKey(tenantId: string, at: number, part: number | 'manifest'): string {
  return `${directoryPrefix(tenantId)}${padded(at)}/${part === 'manifest' ? part : padded(part)}.json`;
}

/** The number in the name of a segment, or of the folder that a part or a manifest lies in; null when there is none. */
export function numberIn(key: string): number | null {
  const match = /\/(\d{15})(?:(?:-\d+)?\.ndjson|\/[^/]+)$/.exec(key);
  return match?.[1] === undefined ? null : Number(match[1]);
}

function padded(n: number): string {
  return String(n).padStart(DIGITS, '0');
}
