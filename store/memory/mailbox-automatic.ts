import { ConflictError, NotFoundError } from '../../core/errors.ts';
import { type AutomaticClaim, CLAIM_KEPT_MS, type DeliveryReport } from '../../core/ports/automatic.ts';
import { fromStored, toStored } from '../../core/rules/read.ts';
import type { Rule, RuleError, RuleSet } from '../../core/rules/types.ts';
import { LIMITS, normaliseReports } from '../normalise.ts';
import { compareText, fitText } from '../text.ts';
import type { MailboxData } from './mailbox-data.ts';

type Box = MailboxData | undefined;

export function rules(box: Box): RuleSet {
  return structuredClone(box?.inboxRules ?? { revision: 0, rules: [] });
}

export function putRules(box: Box, list: readonly Rule[], expectedRevision: number): number {
  if (box === undefined) throw new NotFoundError('no such mailbox');
  if (box.inboxRules.revision !== expectedRevision) {
    throw new ConflictError('somebody else has changed the rules');
  }
  const kept = list.map((rule) => fromStored(toStored(rule)));
  box.inboxRules = { revision: expectedRevision + 1, rules: kept };
  return box.inboxRules.revision;
}

export function setRuleError(box: Box, ruleId: string, error: RuleError | null): boolean {
  const rule = box?.inboxRules.rules.find((one) => one.ruleId === ruleId);
  if (rule !== undefined) rule.error = structuredClone(error);
  return rule !== undefined;
}

export function noteDelivery(box: Box, reports: readonly DeliveryReport[]): void {
  for (const report of normaliseReports(reports)) {
    if (box?.items.has(report.itemId) !== true) continue;
    const known = box.reports.get(report.itemId) ?? [];
    const same = (one: DeliveryReport) => one.recipient === report.recipient && one.kind === report.kind;
    const before = known.find(same);
    if (before !== undefined && before.reportedAt >= report.reportedAt) continue;
    const list = [...known.filter((one) => !same(one)), report];
    box.reports.set(
      report.itemId,
      list.sort((a, b) => compareText(a.recipient, b.recipient) || compareText(a.kind, b.kind)),
    );
  }
}

export function claimAutomatic(box: Box, given: AutomaticClaim): 'taken' | 'before' | 'ceiling' {
  if (box === undefined) return 'ceiling';
  const { at, since, ceiling } = given;
  const claim = {
    ...given,
    kind: fitText(given.kind, LIMITS.shortText),
    name: fitText(given.name, LIMITS.address),
    itemId: fitText(given.itemId, LIMITS.id),
  };
  const expired = (one: AutomaticClaim) => one.kind === claim.kind && one.at < at - CLAIM_KEPT_MS;
  box.sends = box.sends.filter((one) => !expired(one));
  const before = box.sends.find((one) => one.kind === claim.kind && one.name === claim.name);
  if (before !== undefined && before.at >= since) return before.itemId === claim.itemId ? 'taken' : 'before';
  const sent = box.sends.filter((one) => one.kind === claim.kind && one.at >= ceiling.from).length;
  if (sent >= ceiling.count) return 'ceiling';
  box.sends = [...box.sends.filter((one) => one !== before), claim];
  return 'taken';
}
