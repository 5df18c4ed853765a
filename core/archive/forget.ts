import { mailboxPrefix, manifestKey } from './keys.ts';
import type { CapturePorts } from './ports.ts';
import { writeSnapshot } from './snapshot.ts';

/**
 * Writes a mailbox down as it is and deletes everything that was written down of it before: what was erased must not
 * live on in what is kept for bad days (I27). Number of objects that went. A lock of the bucket may keep them for a time:
 * then it rejects, and is to be done again.
 */
export async function forgetHistory(ports: CapturePorts): Promise<number> {
  const { archive, objects } = ports;
  const head = await archive.head();
  if (!head.exists) return 0;
  const { modseq } = await writeSnapshot(ports, head);
  const kept = manifestKey(archive.ref, modseq).replace(/manifest\.json$/, '');
  const prefix = mailboxPrefix(archive.ref);
  let deleted = 0;
  for (let after = ''; ; ) {
    const page = await objects.list(prefix, after, 1000);
    const old = page.objects.map(({ key }) => key).filter((key) => !key.startsWith(kept));
    if (old.length > 0) await objects.delete(old);
    deleted += old.length;
    after = page.objects.at(-1)?.key ?? '';
    if (!page.more) return deleted;
  }
}
