import type { Ran } from './wrangler.ts';

/** A refusal of Cloudflare's API as wrangler tells it: `… [code: 10007]`. */
function codesOf({ out, err }: Ran): number[] {
  return [...`${out}\n${err}`.matchAll(/\[code: (\d+)\]/g)].map((match) => Number(match[1]));
}

/** There is no Worker of this name, nor an environment of it: by the codes of the API, or as wrangler says it. */
export function isNoWorker(ran: Ran): boolean {
  return (
    codesOf(ran).some((code) => code === 10007 || code === 10090) ||
    /Worker "[^"]*" not found/.test(`${ran.out}\n${ran.err}`)
  );
}

const KNOWN: readonly (readonly [fits: RegExp, say: string])[] = [
  [
    /code: 100129\]|unavailable on the free plan|workers paid plan|code: 10195\]/i,
    'the account has no Workers Paid plan, which queues and this many requests need: choose it in the dashboard (Workers & Pages, Plans) and run this again',
  ],
  [
    /code: 11002\]/,
    'queues are not enabled in the account yet: open Queues in the dashboard once, then run this again',
  ],
  [
    /code: 11004\]|consumer_exists/,
    'a queue of this name is read by another Worker: choose another --name, under which all queues are apart',
  ],
  [
    /code: 10042\]|enable r2/i,
    'R2 is not enabled in the account yet: open R2 in the dashboard once, then run this again',
  ],
  [
    /code: 10000\]|code: 9109\]|authentication error|insufficient permissions|unauthorized to access/i,
    'the token may not do this: it needs Workers Scripts, D1, R2 Storage, Queues and Hyperdrive (edit) of this account, and Workers Routes of the zone; or sign in with "npx wrangler login"',
  ],
  [
    /code: 7502\]|code: 7406\]|already exists/i,
    'the name is taken by something that the list does not show: look in the dashboard, or choose another --name',
  ],
  [
    /could not find zone|not a valid zone|code: 10082\]|code: 100117\]|zone.*(not found|does not)/i,
    'the host lies in no zone of this account: add the domain to Cloudflare first, or choose another --host',
  ],
  [
    /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|fetch failed|network/i,
    "Cloudflare's API does not answer: look at the network, then run this again",
  ],
];

/** Why wrangler failed: what to do where that is known, and its own words. */
export function reasonOf(ran: Ran): string {
  const own = errorLines(ran);
  const known = KNOWN.find(([fits]) => fits.test(`${ran.out}\n${ran.err}`))?.[1];
  return known === undefined ? own : `${known}\n  wrangler says: ${own}`;
}

/** The lines of wrangler's error block, without frame, advice and the name of its log. */
function errorLines({ out, err }: Ran): string {
  const text = /\[ERROR\]/.test(err) || out.trim() === '' ? err : out;
  const at = text.indexOf('[ERROR]');
  // What follows the first error are those of wrangler's own attempts to explain it.
  const first = at < 0 ? text : (text.slice(at + '[ERROR]'.length).split('✘')[0] ?? '');
  const lines = first
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' && !/^(If you think this is a bug|🪵|Logs were written|To learn more|👉)/u.test(line),
    );
  return lines.slice(0, 6).join(' ') || 'it gave no reason';
}
