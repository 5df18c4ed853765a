import { RelayFault } from './fault.ts';
import { type Reply, wordsOf } from './reply.ts';
import type { RelayCredentials, RelayTimeouts } from './types.ts';
import type { Wire } from './wire.ts';

type Mechanism = 'PLAIN' | 'LOGIN' | 'XOAUTH2';

/** Signs in (RFC 4954). A refusal is a RelayFault: it says nothing of the message, and can be put right by an admin. */
export async function authenticate(
  wire: Wire,
  offered: ReadonlySet<string>,
  credentials: RelayCredentials,
  timeouts: RelayTimeouts,
): Promise<void> {
  if (/[\0\x01]/.test(credentials.user + credentials.secret)) {
    // What separates the parts of PLAIN (RFC 4616 2) and of XOAUTH2 can stand in none of them.
    throw new RelayFault('4.7.8', 'a control character in user name or password');
  }
  const mechanism = choose(offered, credentials.mechanism);
  const say = async (line: string, shown: string) => {
    await wire.send([line], timeouts.block, [shown]);
    return wire.reply(timeouts.command, `AUTH ${mechanism}`);
  };
  if (mechanism === 'LOGIN') {
    expect(await say('AUTH LOGIN', 'AUTH LOGIN'), 334);
    expect(await say(base64(credentials.user), '***'), 334);
    expect(await say(base64(credentials.secret), '***'), 235);
    return;
  }
  const response =
    mechanism === 'PLAIN'
      ? `\0${credentials.user}\0${credentials.secret}`
      : `user=${credentials.user}\x01auth=Bearer ${credentials.secret}\x01\x01`;
  const reply = await say(`AUTH ${mechanism} ${base64(response)}`, `AUTH ${mechanism} ***`);
  // XOAUTH2 tells the reason of a refusal as a challenge, which an empty response answers.
  expect(reply.code === 334 ? await say('', '') : reply, 235);
}

function choose(offered: ReadonlySet<string>, wanted: RelayCredentials['mechanism']): Mechanism {
  const candidates: Mechanism[] =
    wanted === 'auto' ? ['PLAIN', 'LOGIN'] : [wanted.toUpperCase() as Mechanism];
  const found = candidates.find((one) => offered.has(one));
  if (found !== undefined) return found;
  throw new RelayFault('4.7.4', `the host does not offer AUTH ${candidates.join(' or ')}`);
}

function expect(reply: Reply, code: number): void {
  if (reply.code !== code) throw new RelayFault('4.7.8', `sign-in was refused: ${wordsOf(reply)}`);
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
