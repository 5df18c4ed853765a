const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Our ids are 128 bits in base 32 (platform/ids.ts). */
const OURS = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An isolate meets few mailboxes at a time, and each of them in thousands of ids. */
const known = new Map<string, string>();
const KEPT = 500;

/** How a mailbox is called in ids: its bits as the text of a GUID. */
export function monikerOf(mailboxId: string): string {
  let moniker = known.get(mailboxId);
  if (moniker !== undefined) return moniker;
  moniker = OURS.test(mailboxId) ? guidOf(mailboxId) : mailboxId;
  if (known.size >= KEPT) known.clear();
  known.set(mailboxId, moniker);
  return moniker;
}

/** The mailbox that a moniker names; there is no second way to write one. */
export function mailboxOf(moniker: string): string {
  if (!GUID.test(moniker)) return moniker;
  let bits = BigInt(`0x${moniker.replaceAll('-', '')}`);
  let id = '';
  for (let i = 0; i < 26; i++) {
    id = (ALPHABET[Number(bits & 31n)] ?? '') + id;
    bits >>= 5n;
  }
  return id;
}

function guidOf(id: string): string {
  let bits = 0n;
  for (const letter of id) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(letter));
  const hex = bits.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
