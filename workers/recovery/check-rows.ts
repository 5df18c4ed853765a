import type { CheckPart } from './finding.ts';

/** What the rows of a mailbox say of each other. */
export const checkRows: CheckPart = async (services, ref, { mend }) => {
  const { tenantId, mailboxId } = ref;
  const archive = services.archive.mailbox(ref);
  if (!(await archive.head()).exists) {
    if (mend) await services.mail.mailbox(ref).create(services.now());
    const missing = { check: 'mailbox-missing', tenantId, mailboxId, count: 1, examples: [mailboxId] };
    return { findings: [{ ...missing, mended: mend }], items: 0, next: null };
  }
  const found = await archive.irregularities();
  if (found.length > 0 && mend) await archive.mend(services.now());
  const left = found.length > 0 && mend ? await archive.irregularities() : found;
  const still = new Set(left.map((one) => one.check));
  return {
    findings: found.map((one) => ({ ...one, tenantId, mailboxId, mended: !still.has(one.check) })),
    items: 0,
    next: null,
  };
};
