import type { MailboxRef } from '../../core/mail/types.ts';
import type { SpamLabel } from '../../core/ports/spam.ts';
import {
  type Learned,
  type Lesson,
  MAX_LABELS,
  MAX_MAILBOX_TOKENS,
  MAX_TENANT_TOKENS,
  type SpamTokens,
  type TokenCount,
} from '../../core/ports/spam-tokens.ts';
import { compareText } from '../text.ts';
import { type Erasable, erasableRows } from './erasures.ts';

type Row = TokenCount & { at: number };

/** Counts of tokens in memory, written for plainness. */
export function createMemorySpamTokens(erasables: Erasable[]): SpamTokens {
  const scopes = new Map<string, { totals: TokenCount; rows: Map<string, Row> }>();
  const marks = new Map<string, Map<string, { label: SpamLabel; at: number }>>();

  const key = ({ shard, tenantId }: MailboxRef, mailboxId: string) =>
    JSON.stringify([shard, tenantId, mailboxId]);
  erasables.push(
    erasableRows('mail.spam_tokens', scopes, (_, { ref }, name) => name === key(ref, ref.mailboxId)),
    erasableRows('mail.spam_labels', marks, (_, { ref }, name) => name === key(ref, ref.mailboxId)),
  );
  const scope = (ref: MailboxRef, mailboxId: string) => {
    const found = scopes.get(key(ref, mailboxId)) ?? { totals: { spam: 0, ham: 0 }, rows: new Map() };
    scopes.set(key(ref, mailboxId), found);
    return found;
  };
  const labelsOf = (ref: MailboxRef) => {
    const found = marks.get(key(ref, ref.mailboxId)) ?? new Map();
    marks.set(key(ref, ref.mailboxId), found);
    return found;
  };
  const learned = (ref: MailboxRef, mailboxId: string, tokens: readonly string[]): Learned => {
    const { totals, rows } = scope(ref, mailboxId);
    const known = [...new Set(tokens)].sort(compareText).flatMap((token): [string, TokenCount][] => {
      const row = rows.get(token);
      return row === undefined ? [] : [[token, { spam: row.spam, ham: row.ham }]];
    });
    return { totals: { ...totals }, tokens: new Map(known) };
  };

  return {
    async counts(ref, tokens) {
      return { mailbox: learned(ref, ref.mailboxId, tokens), tenant: learned(ref, '', tokens) };
    },
    async labels(ref, itemIds) {
      const labels = labelsOf(ref);
      return new Map(
        itemIds.flatMap((itemId): [string, SpamLabel][] => {
          const label = labels.get(itemId)?.label;
          return label === undefined ? [] : [[itemId, label]];
        }),
      );
    },
    async learn(ref, lesson) {
      const labels = labelsOf(ref);
      const before = labels.get(lesson.itemId)?.label;
      if (before === lesson.label) return false;
      labels.set(lesson.itemId, { label: lesson.label, at: lesson.at });
      const oldest = [...labels].sort((a, b) => b[1].at - a[1].at || compareText(a[0], b[0]));
      for (const [itemId] of oldest.slice(MAX_LABELS)) labels.delete(itemId);
      for (const [mailboxId, most] of [
        [ref.mailboxId, MAX_MAILBOX_TOKENS],
        ['', MAX_TENANT_TOKENS],
      ] as const) {
        teach(scope(ref, mailboxId), lesson, before, most);
      }
      return true;
    },
  };
}

function teach(
  { totals, rows }: { totals: TokenCount; rows: Map<string, Row> },
  { tokens, label, at }: Lesson,
  before: SpamLabel | undefined,
  most: number,
): void {
  totals[label]++;
  if (before !== undefined) totals[before] = Math.max(0, totals[before] - 1);
  for (const token of new Set(tokens)) {
    const row = rows.get(token) ?? { spam: 0, ham: 0, at };
    if (before !== undefined) row[before] = Math.max(0, row[before] - 1);
    row[label]++;
    rows.set(token, { ...row, at });
  }
  const often = (row: Row) => (row.spam + row.ham > 1 ? 1 : 0);
  const worst = [...rows].sort(([a, x], [b, y]) => often(y) - often(x) || y.at - x.at || compareText(a, b));
  for (const [token] of worst.slice(most)) rows.delete(token);
}
