import type { MtaStsSettings } from './settings.ts';

/** The policy as it is served (RFC 8461 3.2). */
export function mtaStsPolicy({ mode, maxAgeSeconds, mx }: MtaStsSettings, hosts: readonly string[]): string {
  const lines = ['version: STSv1', `mode: ${mode}`];
  for (const host of mx ?? hosts) lines.push(`mx: ${host}`);
  lines.push(`max_age: ${maxAgeSeconds}`);
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The `id` of its record (RFC 8461 3.1): another one for each policy, so that senders see that it has changed. */
export async function mtaStsId(policy: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(policy));
  return Array.from(new Uint8Array(digest, 0, 10), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether a policy with these hosts lets mail go to a host (RFC 8461 4.1). */
export function mtaStsAllows(patterns: readonly string[], host: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith('*.') ? host.slice(host.indexOf('.')) === pattern.slice(1) : host === pattern,
  );
}
