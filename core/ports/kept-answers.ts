/** Whose key it is: callers do not meet each other's. */
export interface AnswerKey {
  /** null: the installation. */
  tenantId: string | null;
  /** As the audit log names them. */
  caller: string;
  /** SHA-256 of the key, lower-case hex. */
  keyHash: string;
}

/** A request that must not be done twice, and what became of it. */
export interface KeptAnswer extends AnswerKey {
  /** SHA-256 of method, address and body. */
  requestHash: string;
  /** Of the one attempt that may act. */
  claim: string;
  startedAt: number;
  /** Forgotten from then on. */
  expiresAt: number;
  /** null: it runs, or its attempt broke off. */
  status: number | null;
  /** null: none, or it is not kept. */
  body: string | null;
}

/** Answers that are given again to a request that comes again. Part of the directory. */
export interface AnswerDirectory {
  /**
   * Claims the key, unless it is held: one attempt wins. A key whose time is over, or that runs since before
   * `abandoned`, is free. What is kept afterwards: with the same `claim` the caller's is the attempt.
   */
  claimAnswer(wanted: Omit<KeptAnswer, 'status' | 'body'>, abandoned: number): Promise<KeptAnswer>;
  /** Of that attempt alone. */
  finishAnswer(key: AnswerKey, claim: string, answer: Pick<KeptAnswer, 'status' | 'body'>): Promise<void>;
  /** Nothing was done: the key is free again. */
  releaseAnswer(key: AnswerKey, claim: string): Promise<void>;
  /** Forgets those of a tenant (null: of the installation) that are over by `at`; Infinity: all. How many. */
  forgetAnswers(tenantId: string | null, at: number): Promise<number>;
}
