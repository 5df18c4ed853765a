/** Id of an item that comes in from a file: of the same key in the same mailbox it is always the same. */
export async function importedId(mailboxId: string, key: string): Promise<string> {
  const text = new TextEncoder().encode(`import\0${mailboxId}\0${key}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
