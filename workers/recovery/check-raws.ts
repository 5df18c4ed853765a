import { groupBy } from '../../platform/bounded.ts';
import { type Checked, type CheckPart, finding, SETTLED_MS } from './finding.ts';

const PER_STEP = 1000;

/** Raws of a tenant that no mailbox knows (I6). Mending sends them through ingest. */
export const checkRaws: CheckPart = async (services, ref, { at, mend, young }) => {
  const page = await services.blobs.list(`blobs/${ref.tenantId}/`, at, PER_STEP);
  const settled = page.objects.filter((o) => young || o.uploadedAt < services.now() - SETTLED_MS);
  const findings: Checked['findings'] = [];
  const strangers = settled.filter((o) => o.envelope?.tenantId !== ref.tenantId).map((o) => o.key);
  findings.push(...finding('raw-without-envelope', { ...ref, mailboxId: '' }, strangers, false));
  const owned = settled.filter((o) => o.envelope?.tenantId === ref.tenantId);
  for (const [mailboxId, objects] of groupBy(owned, (o) => o.envelope?.mailboxId ?? '')) {
    const box = { ...ref, mailboxId };
    const known = await services.mail.mailbox(box).knownRawKeys(objects.map((o) => o.key));
    const lost = objects.filter((o) => !known.has(o.key));
    if (lost.length > 0 && mend) {
      await services.queues.ingest(
        lost.map(({ key, size, envelope }) => ({
          ...{ v: 1, key, ...box, size, sha256: null, correlationId: envelope?.correlationId ?? '' },
        })),
      );
    }
    findings.push(
      ...finding(
        'raw-without-row',
        box,
        lost.map((o) => o.key),
        mend,
      ),
    );
  }
  return { findings, items: page.objects.length, next: page.cursor };
};
