import { type CheckPart, finding } from './finding.ts';

const PER_STEP = 1000;

/** Documents of the search index that no item has. */
export const checkIndex: CheckPart = async (services, ref, { at, mend }) => {
  const ids = await services.search.documents(ref, at ?? '', PER_STEP);
  // Not by the mailbox, which rejects over one row that cannot be read.
  const present = await services.archive.mailbox(ref).known(ids);
  const strays = ids.filter((itemId) => !present.has(itemId));
  if (strays.length > 0 && mend) await services.search.remove(ref, strays);
  return {
    findings: finding('document-without-item', ref, strays, mend),
    items: ids.length,
    next: ids.length < PER_STEP ? null : (ids.at(-1) ?? null),
  };
};
