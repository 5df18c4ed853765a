/** A token of the data service. */
export interface InternalToken {
  name: string;
  token: string;
  /** The only tenant that it is good for; null: all. */
  tenantId: string | null;
}

const ENTRY = /^([A-Za-z0-9_-]{1,64})(?:@([0-9a-z]{1,64}))?:([A-Za-z0-9._~+/=-]{32,512})$/;

/**
 * INTERNAL_TOKENS: `name:token` with commas between them, or `name@tenant:token` for a token that is good for one tenant
 * only. A name may stand there with several tokens, while one takes the place of the other. null for what is not of this
 * form; nothing is said of it, for it is secret.
 */
export function readInternalTokens(text: string): InternalToken[] | null {
  const tokens: InternalToken[] = [];
  for (const entry of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const [, name, tenantId, token] = ENTRY.exec(entry) ?? [];
    if (name === undefined || token === undefined) return null;
    tokens.push({ name, token, tenantId: tenantId ?? null });
  }
  return tokens;
}
