import { parseQuery } from '../../core/search/parse.ts';
import type { Env } from '../../platform/env.ts';
import { buildServices } from '../../workers/index.ts';
import { benchMail } from '../search-mail.ts';

const BATCH = 200;

async function services(env: Env, url: URL, context: ExecutionContext) {
  const all = buildServices(env, context);
  const login = await all.directory.findLogin(url.searchParams.get('user') ?? '');
  if (login === null) throw new Error('search: no such user');
  const ref = {
    tenantId: login.tenant.tenantId,
    mailboxId: login.user.userId,
    shard: login.tenant.mailShard,
  };
  return { ...all, ref, mailbox: all.mail.mailbox(ref) };
}

/** Messages `from` to `to` of `of`, into the mailbox and its index, without raws. */
export async function searchLoad(env: Env, url: URL, context: ExecutionContext): Promise<void> {
  const { search, mailbox, ref } = await services(env, url, context);
  const number = (name: string) => Number(url.searchParams.get(name));
  const folders = await mailbox.folders();
  let modseq = 0;
  for (let at = number('from'); at < number('to'); at += BATCH) {
    const mails = Array.from({ length: Math.min(BATCH, number('to') - at) }, (_, i) =>
      benchMail(at + i, number('of'), number('now')),
    );
    const results = await mailbox.insertMany(mails.map((mail) => mail.message));
    const documents = mails.map((mail, i) =>
      mail.document(results[i]?.modseq ?? 0, results[i]?.folderId ?? ''),
    );
    await search.index(ref, ...documents);
    modseq = results.at(-1)?.modseq ?? modseq;
  }
  await search.mirror(ref, {
    states: [],
    gone: [],
    cursors: new Map(folders.map((f) => [f.folderId, { modseq: modseq, itemId: '\uffff' }] as const)),
    folders: [],
  });
}

/** One question to the index alone, as Search and Find put it. */
export async function searchAsk(env: Env, url: URL, context: ExecutionContext): Promise<void> {
  const { search, ref, now } = await services(env, url, context);
  const query = parseQuery(url.searchParams.get('q') ?? '', { now: now() });
  if (query === null) throw new Error('search: no question');
  const order = url.searchParams.get('order') === 'relevance' ? 'relevance' : 'newest';
  await search.query(ref, query, { order, limit: 1000 });
}
