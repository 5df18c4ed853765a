import type { DkimKey } from '../ports/dkim.ts';

/** What a key is sealed for: it opens for no other tenant, domain or selector (A24). */
export function sealOwner({
  tenantId,
  domain,
  selector,
}: Pick<DkimKey, 'tenantId' | 'domain' | 'selector'>): string {
  return `dkim/${tenantId}/${domain}/${selector}`;
}

/** Name of the record under which verifiers look for a key (RFC 6376 3.6.2.1). */
export function keyRecordName({ selector, domain }: Pick<DkimKey, 'domain' | 'selector'>): string {
  return `${selector}._domainkey.${domain}`;
}

/** Text of the record (RFC 6376 3.6.1). */
export function keyRecord({ algorithm, publicKey }: Pick<DkimKey, 'algorithm' | 'publicKey'>): string {
  return `v=DKIM1; k=${algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519'}; p=${publicKey}`;
}

/** Null when a record that was found lets verifiers use the key, else what is wrong with it. */
export function faultOfKeyRecord(
  found: string,
  key: Pick<DkimKey, 'algorithm' | 'publicKey'>,
): string | null {
  const tags = readTags(found);
  if (tags === null) return 'it is no list of tags';
  const version = tags.get('v');
  // RFC 6376 3.6.1: when it is there, it is the first tag.
  if (version !== undefined && (version !== 'DKIM1' || [...tags.keys()][0] !== 'v'))
    return 'it does not begin with v=DKIM1';
  const wanted = key.algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
  if ((tags.get('k') ?? 'rsa') !== wanted) return `its key type is not ${wanted}`;
  const hashes = tags
    .get('h')
    ?.split(':')
    .map((one) => one.trim());
  if (hashes !== undefined && !hashes.includes('sha256')) return 'it does not allow sha256';
  const services = tags
    .get('s')
    ?.split(':')
    .map((one) => one.trim());
  if (services !== undefined && !services.includes('*') && !services.includes('email'))
    return 'it is not for mail';
  if (
    tags
      .get('t')
      ?.split(':')
      .some((one) => one.trim() === 'y') === true
  )
    return 'it says that the domain is only testing (t=y)';
  const publicKey = tags.get('p')?.replace(/\s/g, '');
  if (publicKey === '') return 'it says that the key was revoked';
  return publicKey === key.publicKey ? null : 'it holds another key';
}

/** A tag list (RFC 6376 3.2); null when it is none. */
export function readTags(text: string): Map<string, string> | null {
  const tags = new Map<string, string>();
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  for (const part of parts) {
    const [, name, value] = /^\s*([a-z][a-z0-9_]*)\s*=\s*([\s\S]*?)\s*$/i.exec(part) ?? [];
    if (name === undefined || value === undefined || tags.has(name)) return null;
    tags.set(name, value);
  }
  return tags;
}
