import type { AnswerDirectory, AnswerKey, KeptAnswer } from '../../core/ports/kept-answers.ts';

/** Answers that are kept, in memory. */
export function createMemoryKeptAnswers(): AnswerDirectory {
  const answers = new Map<string, KeptAnswer>();
  const keyOf = ({ tenantId, caller, keyHash }: AnswerKey) => JSON.stringify([tenantId, caller, keyHash]);
  const mine = (key: AnswerKey, claim: string) => {
    const kept = answers.get(keyOf(key));
    return kept?.claim === claim ? kept : undefined;
  };
  return {
    async claimAnswer(wanted, abandoned) {
      const there = answers.get(keyOf(wanted));
      const free =
        there === undefined ||
        there.expiresAt <= wanted.startedAt ||
        (there.status === null && there.startedAt <= abandoned);
      if (free) answers.set(keyOf(wanted), { ...wanted, status: null, body: null });
      return structuredClone(answers.get(keyOf(wanted)) ?? { ...wanted, status: null, body: null });
    },
    async finishAnswer(key, claim, answer) {
      Object.assign(mine(key, claim) ?? {}, answer);
    },
    async releaseAnswer(key, claim) {
      if (mine(key, claim)?.status === null) answers.delete(keyOf(key));
    },
    async forgetAnswers(tenantId, at) {
      const over = [...answers].filter(([, one]) => one.tenantId === tenantId && one.expiresAt <= at);
      for (const [key] of over) answers.delete(key);
      return over.length;
    },
  };
}
