/**
 * Whether the Authorization header carries the admin token. Both sides are hashed first, so that neither the
 * time nor the length of the comparison tells anything of the token (ATTACKS A34).
 */
export async function hasAdminToken(header: string | null | undefined, token: string): Promise<boolean> {
  const match = /^bearer +(\S{1,512}) *$/i.exec(header ?? '');
  const [given, expected] = await Promise.all([sha256(match?.[1] ?? ''), sha256(token)]);
  let difference = match === null ? 1 : 0;
  for (let i = 0; i < expected.length; i++) difference |= (given[i] ?? 0) ^ (expected[i] ?? 0);
  return difference === 0;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
