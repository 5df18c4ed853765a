import type { PolicySettings } from './settings.ts';

/** The same for equal settings, in whatever order they were given. */
export async function policyRevision(settings: PolicySettings): Promise<string> {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = new TextEncoder().encode(JSON.stringify(sorted));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest.subarray(0, 12), (b) => b.toString(16).padStart(2, '0')).join('');
}
