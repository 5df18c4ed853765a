/**
 * Kills the runtime at random moments while mail comes in, starts it again over the same disk, and lets senders
 * repeat what was not accepted. In the end nothing that was acknowledged may be lost and nothing may be there twice
 * (I1, I6, I7, I9, I15). The local runtime keeps its queues in memory: what was queued is gone with it, and only the
 * reconciler brings it back. A process is killed here, not a machine: nothing is said about power loss.
 *
 *   node test/kill/kill.check.ts [rounds]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handIn } from '../../cli/local/mail-in.ts';
import { buildMail, mailOfSize, withHop } from '../support/mail.ts';
import { type Findings, inspect } from './inspect.ts';
import { type Life, startLife } from './life.ts';

const ROUNDS = Number(process.argv[2] ?? process.env['KILL_ROUNDS'] ?? 12);
const SENDERS = 4;
const SETTLE_MS = 180_000;
const MAILBOXES = ['ann@kill.example', 'bob@kill.example'];

interface Letter {
  to: string;
  messageId: string;
  raw: Uint8Array;
  acknowledged: boolean;
  offers: number;
}

const letters: Letter[] = [];
const home = mkdtempSync(join(tmpdir(), 'waypost-kill-'));
let passed = 0;
let failed = 0;

function check(name: string, problems: string[]): void {
  if (problems.length === 0) passed++;
  else failed++;
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  for (const problem of problems.slice(0, 10)) console.log(`     ${problem}`);
}

function newLetter(): Letter {
  const n = letters.length;
  const messageId = `kill-${n}@sender.example`;
  const options = { messageId: `<${messageId}>`, subject: `Letter ${n}` };
  // Mostly small, now and then one that streams.
  const raw = n % 17 === 16 ? mailOfSize(1_500_000, options) : buildMail({ ...options, text: `letter ${n}` });
  const letter = {
    to: MAILBOXES[n % MAILBOXES.length] ?? '',
    messageId,
    raw,
    acknowledged: false,
    offers: 0,
  };
  letters.push(letter);
  return letter;
}

/** What a sender does: first what was not accepted yet, then new mail, until the connection breaks. */
async function sendUntilDeath(life: Life, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const waiting = letters.find((l) => !l.acknowledged && !busy.has(l)) ?? newLetter();
    if (!(await offer(life, waiting))) return;
  }
}

const busy = new Set<Letter>();

async function offer(life: Life, letter: Letter): Promise<boolean> {
  busy.add(letter);
  letter.offers++;
  try {
    const raw = withHop(letter.raw, `hop${letter.offers}.example`);
    const delivery = await handIn(life.url, { from: 'sender@sender.example', to: letter.to }, raw);
    if (delivery.kind === 'accepted') letter.acknowledged = true;
    if (delivery.kind === 'rejected') check(`I2: no refusal for ${letter.messageId}`, [delivery.reason]);
    return true;
  } catch {
    return false;
  } finally {
    busy.delete(letter);
  }
}

async function round(n: number): Promise<void> {
  const life = await startLife(home);
  let over = false;
  const senders = Array.from({ length: SENDERS }, () => sendUntilDeath(life, () => over));
  const before = letters.filter((l) => l.acknowledged).length;
  await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 1500));
  over = true;
  await life.kill();
  await Promise.all(senders);
  const now = letters.filter((l) => l.acknowledged).length;
  console.log(`     round ${n}: killed after ${now - before} acknowledged letters`);
}

/** Starts once more, offers the rest, and waits until all is in its place. */
async function settle(): Promise<void> {
  const life = await startLife(home);
  for (const letter of letters) {
    for (let tries = 0; !letter.acknowledged; tries++) {
      if (tries === 10) throw new Error(`${letter.messageId} is not accepted`);
      await offer(life, letter);
    }
  }
  await allPlaced(life);
  await life.stop();
}

/**
 * Until four rounds of the reconciler in a row find no raw without its message, and no counter has moved. A job that
 * failed once waits for seconds, so counters that stand still for a moment say nothing alone. What is not there after
 * the time is the judge's to say.
 */
async function allPlaced(life: Life): Promise<void> {
  let last = '';
  const end = Date.now() + SETTLE_MS;
  for (let quiet = 0; quiet < 4 && Date.now() < end; ) {
    const { recent } = await life.admin<{ recent: { orphans: number; complete: boolean } }>(
      'POST',
      '/reconcile',
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const counts = await Promise.all(
      MAILBOXES.map((a) => life.admin<{ messages: number }>('GET', `/users/${encodeURIComponent(a)}/stats`)),
    );
    const state = JSON.stringify(counts);
    quiet = state === last && recent.complete && recent.orphans === 0 ? quiet + 1 : 0;
    last = state;
  }
}

function judge(findings: Findings): void {
  for (const address of MAILBOXES) {
    const expected = letters.filter((l) => l.to === address).map((l) => l.messageId);
    const have = findings.messageIds.get(address) ?? [];
    const lost = expected.filter((id) => !have.includes(id));
    const twice = have.filter((id, i) => have.indexOf(id) !== i);
    const strange = have.filter((id) => !expected.includes(id));
    check(`I1 I6: ${address} has all ${expected.length} acknowledged letters`, lost);
    check(`I9: ${address} has none of them twice`, [...twice, ...strange]);
  }
  check('I4 I7: every message has its raw, unchanged', findings.brokenRaws);
  check('I6: every raw has its message', findings.orphans);
  check('I15: the counters agree with a recount', findings.wrongCounters);
  check('I12: there is no dead letter', findings.deadLetters);
}

try {
  const first = await startLife(home);
  await first.admin('POST', '/domains', { domain: 'kill.example' });
  for (const address of MAILBOXES) await first.admin('POST', '/users', { address });
  await first.stop();
  for (let n = 1; n <= ROUNDS; n++) await round(n);
  const repeated = letters.filter((l) => l.offers > 1).length;
  await settle();
  judge(await inspect(home, MAILBOXES));
  check(`the kills hit ${repeated} of ${letters.length} letters on their way`, repeated > 0 ? [] : ['none']);
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
