import { describe, expect, it } from 'vitest';
import type { MailboxRef } from '../../core/mail/types.ts';
import { ingestWorld as world } from '../../test/support/ingest-world.worker.ts';
import { buildMail as mail } from '../../test/support/mail.ts';
import { found } from '../../test/support/search.ts';
import { consumeIndexText } from './index-text.ts';

describe('index', () => {
  async function indexAll(w: Awaited<ReturnType<typeof world>>, attempts = 1) {
    const fate = { acked: 0, retried: 0 };
    const messages = w.queues.sent.index.map((body, n) => ({
      id: `i${n}`,
      body,
      attempts,
      ack: () => void fate.acked++,
      retry: () => void fate.retried++,
    }));
    await consumeIndexText(w.services, { queue: 'index', messages });
    return fate;
  }

  it('makes subject, people, body and file names of a message findable', async () => {
    const w = await world();
    const raw = mail({
      from: 'Petra Müller <petra@sender.example>',
      subject: 'Quarterly figures',
      text: 'see page',
      html: `<p>${'filler '.repeat(20)}das Wort Zwetschgenmus und 東京に行く</p>`,
      attachments: [{ name: 'Bericht-final.pdf', content: 'x' }],
    });
    await w.consume([await w.store(raw)]);
    expect(await indexAll(w)).toEqual({ acked: 1, retried: 0 });
    const ref = w.refs.get('ann') as MailboxRef;
    for (const words of ['quarterly', 'petra', 'müller', 'zwetschgenmus', 'bericht', '東京']) {
      expect(await found(w.services, ref, words), words).toHaveLength(1);
    }
    expect(await found(w.services, { ...ref, mailboxId: 'u-eve' }, 'quarterly')).toEqual([]);
  });

  it('I8: repeats harmlessly, and forgets a message that was removed meanwhile', async () => {
    const w = await world();
    await w.consume([await w.store(mail({ subject: 'ephemeral' }))]);
    await indexAll(w);
    await indexAll(w, 3);
    const ref = w.refs.get('ann') as MailboxRef;
    expect(await found(w.services, ref, 'ephemeral')).toHaveLength(1);
    const [m] = await w.inbox();
    await w.box().remove([m?.itemId ?? ''], 5);
    expect(await indexAll(w)).toEqual({ acked: 1, retried: 0 });
    expect(await found(w.services, ref, 'ephemeral')).toEqual([]);
  });

  it('I11: gives back only the message that could not be indexed', async () => {
    const w = await world();
    await w.consume([await w.store(mail({ subject: 'good' })), await w.store(mail({ subject: 'bad' }))]);
    const real = w.services.search;
    w.services.search = {
      ...real,
      index: async (ref, ...docs) => {
        if (docs.some((doc) => doc.subject === 'bad')) throw new Error('D1 down');
        await real.index(ref, ...docs);
      },
    };
    expect(await indexAll(w)).toEqual({ acked: 1, retried: 1 });
  });
});
