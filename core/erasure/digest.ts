/** Digest by which a report is found by whoever knows the address: SHA-256 of tenant and canonical address, in hex. */
export async function addressDigest(tenantId: string, address: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${tenantId}\0${address}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
