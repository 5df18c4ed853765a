/** Signatures as Standard Webhooks 1.0 has them: HMAC-SHA-256 over `<id>.<timestamp>.<body>`. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A new secret, as its receiver is given it. */
export function newWebhookSecret(): string {
  return PREFIX + base64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/**
 * Value of `webhook-signature`: one signature with each of the secrets.
 * @param at seconds since the epoch
 */
export async function signatureOf(
  secrets: readonly string[],
  { id, at, body }: { id: string; at: number; body: string },
): Promise<string> {
  const signed = new TextEncoder().encode(`${id}.${at}.${body}`);
  const signatures = secrets.map(async (secret) => {
    const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    return `v1,${base64(new Uint8Array(await crypto.subtle.sign('HMAC', key, signed)))}`;
  });
  return (await Promise.all(signatures)).join(' ');
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
