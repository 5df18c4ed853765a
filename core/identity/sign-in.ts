/** Name of the setting, of a tenant and of a user. */
export const SIGN_IN_SETTING = 'sign-in';

/** What Basic takes: the user's own password too, or app passwords alone. */
export type BasicPolicy = 'any' | 'app-passwords';

function policyIn(value: unknown): BasicPolicy | null {
  const basic = typeof value === 'object' && value !== null && 'basic' in value ? value.basic : null;
  return basic === 'any' || basic === 'app-passwords' ? basic : null;
}

/** What holds for a user: their own setting, else the tenant's, else `any`. */
export function basicPolicy(settings: { tenant: unknown; user: unknown }): BasicPolicy {
  return policyIn(settings.user) ?? policyIn(settings.tenant) ?? 'any';
}
