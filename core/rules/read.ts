import type { Rule, RuleError } from './types.ts';
import { parseRule } from './validate.ts';

/** A rule as it is stored: the columns beside its JSON, and the JSON. */
export interface StoredRule {
  ruleId: string;
  enabled: boolean;
  body: string;
  error: string | null;
}

/** The columns of a rule; the rest of it as JSON. */
export function toStored({ ruleId, enabled, error, ...rest }: Rule): StoredRule {
  return {
    ruleId,
    enabled,
    body: JSON.stringify(rest),
    error: error === null ? null : JSON.stringify(error),
  };
}

/** The rule of a row. One that cannot be read is kept in sight, in error, and never run. */
export function fromStored({ ruleId, enabled, body, error }: StoredRule): Rule {
  const failure = errorOf(error);
  try {
    const rule = parseRule({ ...(JSON.parse(body) as object), ruleId, enabled }, 'rule', () => ruleId);
    return { ...rule, error: failure };
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.slice(0, 300) : 'it cannot be read';
    return {
      ...{ ruleId, enabled, name: ruleId, conditions: {}, exceptions: {}, actions: {} },
      error: { code: 'damaged', text, at: failure?.at ?? 0 },
    };
  }
}

function errorOf(json: string | null): RuleError | null {
  if (json === null) return null;
  try {
    const { code, text, at } = JSON.parse(json) as Record<string, unknown>;
    return {
      code: code === 'folder-gone' ? code : 'damaged',
      text: typeof text === 'string' ? text : '',
      at: typeof at === 'number' ? at : 0,
    };
  } catch {
    return { code: 'damaged', text: '', at: 0 };
  }
}
