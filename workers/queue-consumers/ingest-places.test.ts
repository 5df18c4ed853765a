import { describe, expect, it } from 'vitest';
import type { FolderRole } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import { ingestWorld } from '../../test/support/ingest-world.worker.ts';
import { buildMail } from '../../test/support/mail.ts';

async function world() {
  const w = await ingestWorld();
  const bring = async (raw: Uint8Array, more: Partial<RawEnvelope> = {}, attempts = 1) => {
    const job = await w.store(raw, 'ann', w.services.now(), more);
    expect(await w.consume([job], attempts)).toEqual({ acked: [0], retried: [] });
  };
  const inFolder = async (role: FolderRole) => {
    const folder = await w.box().folderByRole(role);
    const items = await w.box().snapshot(folder?.folderId ?? '', 0, null, 100);
    return w.box().messages(items.map((i) => i.itemId));
  };
  return { ...w, bring, inFolder };
}

describe('where ingest puts a message', () => {
  it('is the folder that its envelope names; a sent copy is read and knows its blind copies', async () => {
    const { bring, inFolder } = await world();
    await bring(buildMail({ headers: ['Bcc: hidden@x.example'] }), { role: 'sent' });
    expect(await inFolder('inbox')).toEqual([]);
    expect(await inFolder('sent')).toMatchObject([
      { isRead: true, isDraft: false, bcc: [{ name: '', address: 'hidden@x.example' }] },
    ]);
  });

  it('is both Inbox and Sent Items for what a user sent to themselves', async () => {
    const { bring, inFolder } = await world();
    const raw = buildMail();
    await bring(raw, { role: 'sent' });
    await bring(raw);
    await bring(raw, { role: 'sent' });
    expect([(await inFolder('sent')).length, (await inFolder('inbox')).length]).toEqual([1, 1]);
  });

  it('says of a blind-copy recipient that they are one', async () => {
    const { bring, inFolder } = await world();
    await bring(buildMail({ headers: ['Bcc: ann@example.com'] }), { bcc: true });
    expect(await inFolder('inbox')).toMatchObject([{ receivedAsBcc: true, bcc: [], isRead: false }]);
  });

  it('holds for a message that is placed unparsed too (I10)', async () => {
    const { bring, inFolder } = await world();
    await bring(buildMail({ subject: 'Odd' }), { role: 'sent', bcc: true }, 4);
    expect(await inFolder('sent')).toMatchObject([
      { subject: 'Odd', isRead: true, receivedAsBcc: true, degraded: ['unparsed'], messageClass: 'IPM.Note' },
    ]);
  });

  it('tells who waits for the folder that a conversation is always moved to', async () => {
    const { bring, inFolder, box, queues } = await world();
    await bring(buildMail({ messageId: '<r@x>', subject: 'Plan' }));
    const [root] = await inFolder('inbox');
    const archive = (await box().folderByRole('archive'))?.folderId ?? '';
    await box().setConversationRule(root?.threadId ?? '', archive);
    await bring(buildMail({ subject: 'Re: Plan', inReplyTo: '<r@x>' }));
    expect(await inFolder('archive')).toHaveLength(1);
    expect(queues.sent.notify.at(-1)).toMatchObject({ folderId: archive, originDevice: null });
  });
});
