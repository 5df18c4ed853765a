/**
 * One step of checking the audit log: a page of rows of one chain, with the anchors that vouch for them. A cursor says
 * where the next step goes on.
 */
import { InvalidInputError } from '../errors.ts';
import type { AuditStore } from '../ports/audit.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { ANCHOR_PREFIX, type Anchor, anchorPrefix, DAY_MS, parseAnchor, parseAnchorKey } from './anchors.ts';
import { type ChainHead, type ChainRow, emptyHead } from './chain.ts';
import { MIN_AUDIT_DAYS, TRIM_ACTION } from './keeping.ts';
import { type AuditFinding, type RowState, verifyRows } from './verify-rows.ts';

const PAGE = 500;
/** Rows behind a page that are looked at with it. */
const AHEAD = 8;
const MAX_ANCHORS = 100;
/** An anchor is written each day; this much later one is missed. */
const ANCHOR_LATE_MS = 2 * DAY_MS;

export interface VerifyPorts {
  audit: Pick<AuditStore, 'rows' | 'heads' | 'head'>;
  objects: Pick<ObjectStore, 'read' | 'list'>;
  now(): number;
}

export interface VerifyCursor extends RowState {
  chain: string;
  /** Key of the last anchor that was compared. */
  anchor: string;
  /** The last row that an anchor vouches for. */
  vouched: number;
  /** Rows whose removal a row of the chain tells of: up to this one. */
  told: number;
  /** Up to this row an anchor is old enough for rows to be removed. */
  removable: number;
}

export interface VerifyStep {
  cursor: VerifyCursor | null;
  findings: AuditFinding[];
  rows: number;
  anchors: number;
  /** Chains that this step came to the end of. */
  chains: number;
}

/** @param only this chain; null: all */
export async function verifyStep(
  ports: VerifyPorts,
  only: string | null,
  given: VerifyCursor | null,
): Promise<VerifyStep> {
  const step: VerifyStep = { cursor: null, findings: [], rows: 0, anchors: 0, chains: 0 };
  const chain = given?.chain ?? only ?? (await chainAfter(ports, ''));
  if (chain === null) return step;
  if (only !== null && chain !== only) throw new InvalidInputError('not a cursor of this check');
  const head = await ports.audit.head(chain);
  const from = head ?? (await emptyHead(chain));
  const state: VerifyCursor = given ?? {
    ...{ chain, next: from.firstSeq, before: [from.baseHash], shift: 0 },
    ...{ anchor: '', vouched: 0, told: 0, removable: 0 },
  };
  // From before the first one too: nothing may stand there.
  const after = given === null ? 0 : state.next - 1;
  const all = await ports.audit.rows(chain, after, PAGE + AHEAD);
  const early = all.filter(({ seq }) => seq < state.next);
  if (early.length > 0) step.findings.push(outside(chain, early, 'stand before the first row'));
  const rows = all.slice(early.length);
  const over = all.length < PAGE + AHEAD;
  const page = over ? rows : rows.slice(0, Math.max(0, rows.length - AHEAD));
  const shiftBefore = state.shift;
  const findings = await verifyRows(chain, state, rows, page.length);
  step.findings.push(...(await stillTrue(ports, chain, findings)));
  step.rows = page.length;
  state.told = page.reduce((told, row) => Math.max(told, toldBy(row)), state.told);
  // Numbers as they were appended: what was put in or taken out may have moved them.
  const hashes = new Map(page.map((row) => [row.seq, row.hash]));
  const moved = state.shift !== 0 || shiftBefore !== 0;
  const last = state.next - 1 + state.shift;
  const pending = await compareAnchors(ports, step, state, from, { hashes, last, moved, over });
  if (!over || pending) {
    step.cursor = state;
    return step;
  }
  await endOfChain(ports, step, state, head, page.at(-1));
  step.chains = 1;
  const following = only === null ? await chainAfter(ports, chain) : null;
  if (following !== null) {
    const next = (await ports.audit.head(following)) ?? (await emptyHead(following));
    step.cursor = {
      ...{ chain: following, next: next.firstSeq, before: [next.baseHash], shift: 0 },
      ...{ anchor: '', vouched: 0, told: 0, removable: 0 },
    };
  }
  return step;
}

/** Chains that the database knows, and those that only an anchor still tells of. */
async function chainAfter({ audit, objects }: VerifyPorts, chain: string): Promise<string | null> {
  const [head] = await audit.heads(chain, 1);
  // '0' follows '/'.
  const { objects: keys } = await objects.list(
    ANCHOR_PREFIX,
    chain === '' ? '' : `${ANCHOR_PREFIX}${chain}0`,
    1,
  );
  const anchored = parseAnchorKey(keys[0]?.key ?? '')?.chain;
  const names = [head?.chain, anchored].filter((name) => name !== undefined && name > chain).sort();
  return names[0] ?? null;
}

/** Rows that retention removed between two reads are not missing. */
async function stillTrue(
  { audit }: VerifyPorts,
  chain: string,
  findings: AuditFinding[],
): Promise<AuditFinding[]> {
  if (!findings.some(({ kind }) => kind === 'missing')) return findings;
  const firstSeq = (await audit.head(chain))?.firstSeq ?? 1;
  return findings.filter(({ kind, to }) => kind !== 'missing' || to >= firstSeq);
}

interface Seen {
  hashes: Map<number, string>;
  last: number;
  moved: boolean;
  over: boolean;
}

/** Compares the anchors up to the last row that was seen. Whether there are more of them to compare now. */
async function compareAnchors(
  { audit, objects, now }: VerifyPorts,
  step: VerifyStep,
  state: VerifyCursor,
  { chain, firstSeq, baseHash }: ChainHead,
  { hashes, last, moved, over }: Seen,
): Promise<boolean> {
  for (let n = 0; n < MAX_ANCHORS; n++) {
    const listed = await objects.list(anchorPrefix(chain), state.anchor, 1);
    const key = listed.objects[0]?.key;
    if (key === undefined) return false;
    const anchor = parseAnchor((await objects.read(key))?.text ?? '', chain);
    if (anchor !== null && anchor.seq > last && !over) return false;
    state.anchor = key;
    step.anchors++;
    if (anchor === null) {
      step.findings.push({
        ...finding(chain, 'anchor', state.vouched + 1, state.vouched + 1),
        what: `${key} cannot be read`,
      });
      continue;
    }
    if (anchor.at <= now() - MIN_AUDIT_DAYS * DAY_MS) state.removable = Math.max(state.removable, anchor.seq);
    if (anchor.seq < firstSeq - 1) continue;
    // A page of few rows a day has more anchors than a step compares: the row is one of a page before.
    const known = anchor.seq === firstSeq - 1 ? baseHash : hashes.get(anchor.seq);
    const hash = known ?? (await hashAt(audit, chain, anchor.seq));
    // Where numbers were moved or a row is gone, that is said already.
    if (hash === anchor.hash || (hash === undefined && anchor.seq <= last) || (moved && anchor.seq <= last)) {
      state.vouched = anchor.seq;
      continue;
    }
    step.findings.push(mismatch(anchor, state, last, firstSeq));
    state.vouched = anchor.seq;
  }
  return true;
}

async function hashAt(
  audit: Pick<AuditStore, 'rows'>,
  chain: string,
  seq: number,
): Promise<string | undefined> {
  const [row] = await audit.rows(chain, seq - 1, 1);
  return row?.seq === seq ? row.hash : undefined;
}

function mismatch(anchor: Anchor, { vouched }: VerifyCursor, last: number, firstSeq: number): AuditFinding {
  const day = new Date(anchor.at).toISOString().slice(0, 10);
  const { chain, seq } = anchor;
  if (seq > last) {
    const what = `the anchor of ${day} vouches for rows that are not there`;
    return { ...finding(chain, 'truncated', last + 1, seq), what };
  }
  if (seq === firstSeq - 1) {
    return {
      ...finding(chain, 'removed', 1, seq),
      what: `what was removed is not what the anchor of ${day} vouches for`,
    };
  }
  const what = `rows are not those that the anchor of ${day} vouches for: they were written anew`;
  return { ...finding(chain, 'anchor', Math.max(vouched + 1, firstSeq), seq), what };
}

async function endOfChain(
  { audit, now }: VerifyPorts,
  step: VerifyStep,
  state: VerifyCursor,
  head: ChainHead | null,
  lastRow: ChainRow | undefined,
): Promise<void> {
  const { chain } = state;
  const last = state.next - 1;
  const appended = last + state.shift;
  if (head !== null && head.seq > appended && !step.findings.some(({ kind }) => kind === 'truncated')) {
    const what = 'rows at the end are missing';
    step.findings.push({ ...finding(chain, 'truncated', last + 1, head.seq - state.shift), what });
  }
  // Rows may have been appended since the head was read.
  const current = head !== null && head.seq < appended ? await audit.head(chain) : head;
  if (current === null) {
    if (lastRow !== undefined)
      step.findings.push({ ...finding(chain, 'removed', 1, last), what: 'the head of the chain is gone' });
    return;
  }
  if (current.seq < appended) {
    const what = 'rows stand behind the head of the chain';
    step.findings.push({ ...finding(chain, 'inserted', current.seq - state.shift + 1, last), what });
  }
  if (current.seq === appended && last >= current.firstSeq && !state.before.includes(current.hash)) {
    const what = 'the head does not hold the hash of the last row';
    step.findings.push({ ...finding(chain, 'changed', last, last), what });
  }
  const removed = current.firstSeq - 1;
  if (removed > 0 && (removed > state.told || removed > state.removable)) {
    const what =
      removed > state.told
        ? 'rows were removed from the beginning, and no row tells of it'
        : 'rows were removed from the beginning that were too young';
    step.findings.push({ ...finding(chain, 'removed', 1, removed), what });
  }
  const open = Math.max(state.vouched + 1, current.firstSeq);
  if (open <= last) {
    const [row] = await audit.rows(chain, open - 1, 1);
    if (row !== undefined && row.at < now() - ANCHOR_LATE_MS) {
      const what = 'no anchor vouches for rows that are days old';
      step.findings.push({ ...finding(chain, 'unanchored', open, last), what });
    }
  }
}

function finding(chain: string, kind: AuditFinding['kind'], from: number, to: number) {
  return { kind, chain, from, to };
}

function outside(chain: string, rows: readonly ChainRow[], what: string): AuditFinding {
  return { ...finding(chain, 'inserted', rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0), what: `rows ${what}` };
}

function toldBy({ action, actor, details }: ChainRow): number {
  if (action !== TRIM_ACTION || actor !== 'retention') return 0;
  const { through } = JSON.parse(details) as { through?: unknown };
  return typeof through === 'number' ? through : 0;
}
