import type { CarrierResult, Consignment } from '../../core/ports/carrier.ts';
import { encodedBlocks, isSafeAddress, mailCommand, rcptCommand, unfit } from './envelope.ts';
import { oneLine, RelayFault } from './fault.ts';
import { givenStatus, type Reply, statusOf, wordsOf } from './reply.ts';
import type { Session } from './session.ts';
import type { RelayTimeouts } from './types.ts';
import { faultOf } from './wire.ts';

/** `said`: by the host, and not by us. */
type Verdict = Omit<CarrierResult, 'address' | 'host'> & { said?: true };

export interface Attempt {
  /** One for each recipient, in their order. */
  results: CarrierResult[];
  /** The session can take another message. */
  usable: boolean;
}

/** The session, used before, was dead already, and no message has gone out on it: another one may do. */
export class StaleSession extends Error {}

/**
 * One mail transaction (RFC 5321 3.3). What goes wrong before the final dot is out leaves the message with us:
 * retry. From then on, until the host has answered, it may have been taken: uncertain (I23).
 */
export async function transact(
  session: Session,
  mail: Consignment,
  timeouts: RelayTimeouts,
): Promise<Attempt> {
  const misfit = unfit(mail, session.capabilities);
  if (misfit !== null) return { results: all(mail, misfit), usable: true };
  if (mail.mailFrom !== '' && !isSafeAddress(mail.mailFrom)) {
    const text = 'The return path is not an address.';
    return { results: all(mail, { outcome: 'failed', status: '5.1.7', text }), usable: true };
  }
  const verdicts = new Map<string, Verdict>();
  for (const address of mail.recipients) {
    if (isSafeAddress(address)) continue;
    const text = 'This is not an address that mail can be sent to.';
    verdicts.set(address, { outcome: 'failed', status: '5.1.3', text });
  }
  const asked = mail.recipients.filter((address) => !verdicts.has(address));
  let usable = true;
  if (asked.length > 0) {
    const before = session.wire.replies;
    try {
      await exchange(session, mail, asked, timeouts, verdicts);
    } catch (error) {
      // The host had left while nobody looked; at most it has said so now.
      if (session.used > 0 && session.wire.replies - before <= 1 && asked.every((one) => !verdicts.has(one)))
        throw new StaleSession();
      usable = false;
      const fault = faultOf(error, 'the transaction failed');
      for (const address of asked) {
        if (verdicts.has(address)) continue;
        verdicts.set(address, { outcome: 'retry', status: fault.status, text: oneLine(fault.message) });
      }
    }
    session.used++;
  }
  const lost: Verdict = { outcome: 'retry', status: '4.3.0', text: 'nothing was said of this recipient' };
  const results = mail.recipients.map((address) => {
    const { said, ...verdict } = verdicts.get(address) ?? lost;
    return { address, ...verdict, ...(said === true ? { host: session.host } : {}) };
  });
  return { results, usable };
}

/** Fills `verdicts`. Rejects when the session is of no use any more; who has no verdict then is to be tried again. */
async function exchange(
  session: Session,
  mail: Consignment,
  asked: string[],
  timeouts: RelayTimeouts,
  verdicts: Map<string, Verdict>,
): Promise<void> {
  const { wire, capabilities: can } = session;
  const steps = [
    ...(session.unclean ? [{ line: 'RSET', ms: timeouts.command }] : []),
    { line: mailCommand(mail, can), ms: timeouts.mail },
    ...asked.map((address) => ({ line: rcptCommand(mail, address, can), ms: timeouts.rcpt })),
    { line: 'DATA', ms: timeouts.data },
  ];
  let sent = 0;
  /** The reply to the next step, which is sent first where the host does not take them together (RFC 2920). */
  async function next(): Promise<Reply> {
    const step = steps[sent];
    if (step === undefined) throw new Error('no step is left');
    if (can.pipelining) {
      if (sent === 0)
        await wire.send(
          steps.map(({ line }) => line),
          timeouts.block,
        );
    } else {
      await wire.send([step.line], timeouts.block);
    }
    sent++;
    const reply = await wire.reply(step.ms, step.line.split(' ', 1)[0] ?? '');
    if (reply.code === 421) throw new RelayFault(statusOf(reply), wordsOf(reply));
    return reply;
  }

  if (session.unclean) await next();
  session.unclean = true;
  const from = await next();
  const refused = isPositive(from) ? null : verdictOf(from);
  if (refused !== null) for (const address of asked) verdicts.set(address, refused);
  if (refused !== null && !can.pipelining) return;

  const accepted: string[] = [];
  for (const address of asked) {
    const reply = await next();
    if (refused !== null) continue;
    if (isPositive(reply)) accepted.push(address);
    else
      verdicts.set(address, isTooMany(reply) ? { ...verdictOf(reply), outcome: 'retry' } : verdictOf(reply));
  }
  if (accepted.length === 0 && !can.pipelining) return;

  const go = await next();
  if (go.code === 354) {
    if (accepted.length > 0) return transfer(session, mail, accepted, timeouts, verdicts);
    // The host waits for a message nobody gets: an empty one ends that (RFC 2920 3.1).
    await wire.send(['.'], timeouts.block);
    await wire.reply(timeouts.end, 'end of DATA');
    return;
  }
  if (go.code < 400) throw new RelayFault('4.5.0', `an answer to DATA that is none: ${wordsOf(go)}`);
  for (const address of accepted) verdicts.set(address, verdictOf(go));
}

async function transfer(
  session: Session,
  mail: Consignment,
  accepted: string[],
  timeouts: RelayTimeouts,
  verdicts: Map<string, Verdict>,
): Promise<void> {
  const { wire } = session;
  const judge = (verdict: Verdict) => {
    for (const address of accepted) verdicts.set(address, verdict);
  };
  const blocks = encodedBlocks(mail);
  let block = await blocks.next();
  while (block.done !== true) {
    // The last block holds the final dot: once it is on its way nobody can say what the host has seen.
    const following = await blocks.next();
    const last = following.done === true;
    try {
      await wire.write(block.value, timeouts.block);
    } catch (error) {
      await blocks.return(undefined);
      // A host that has heard enough says why before it hangs up.
      const word = await wire.reply(timeouts.quit, 'DATA').catch(() => null);
      if (word !== null && word.code >= 400) judge(verdictOf(word));
      else if (last) judge(uncertain(error));
      throw error;
    }
    block = following;
  }
  let reply: Reply;
  try {
    reply = await wire.reply(timeouts.end, 'end of DATA');
    if (reply.code >= 300 && reply.code < 400) throw new RelayFault('4.5.0', wordsOf(reply));
  } catch (error) {
    judge(uncertain(error));
    throw error;
  }
  judge(isPositive(reply) ? sent(reply) : verdictOf(reply));
  if (reply.code === 421) throw new RelayFault(statusOf(reply), wordsOf(reply));
  session.unclean = false;
}

function uncertain(error: unknown): Verdict {
  const text = oneLine(`sent, but the answer was lost: ${error instanceof Error ? error.message : error}`);
  return { outcome: 'uncertain', status: '4.4.2', text };
}

function sent(reply: Reply): Verdict {
  const text = wordsOf(reply);
  const remoteId = remoteIdOf(text);
  return {
    ...{ outcome: 'sent', status: givenStatus(reply) ?? '2.0.0', text, said: true },
    ...(remoteId === null ? {} : { remoteId }),
  };
}

/** The id a host says it keeps the message under: a Message-ID of its own, or the name in its queue. */
function remoteIdOf(text: string): string | null {
  const match =
    /<([^<>\s]{1,250}@[^<>\s]{1,250})>/.exec(text) ?? /\b(?:queued as|id=?)\s*([\w.-]{4,200})/i.exec(text);
  return match?.[1] ?? null;
}

function isPositive({ code }: Reply): boolean {
  return code >= 200 && code < 300;
}

/** Of a refusal: 4xx for now, 5xx for good, unless it is about our sign-in and not about the message. */
function verdictOf(reply: Reply): Verdict {
  const text = wordsOf(reply);
  if (reply.code < 400) return { outcome: 'retry', status: '4.5.0', text, said: true };
  const status = statusOf(reply);
  // RFC 4954 6: 530 sign in first, 534 and 538 in another way, 535 not so. An admin can put that right.
  if (reply.code === 530 || reply.code === 534 || reply.code === 535 || reply.code === 538) {
    return { outcome: 'retry', status: `4${status.slice(1)}`, text, said: true };
  }
  return { outcome: reply.code < 500 ? 'retry' : 'failed', status, text, said: true };
}

/** RFC 5321 4.5.3.1.10: 552 to RCPT is an old way to say that there are too many in one transaction. */
function isTooMany(reply: Reply): boolean {
  return reply.code === 552 && (givenStatus(reply) === null || givenStatus(reply) === '5.5.3');
}

function all(mail: Consignment, verdict: Verdict): CarrierResult[] {
  return mail.recipients.map((address) => ({ address, ...verdict }));
}
