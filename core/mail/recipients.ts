/**
 * Addresses of the envelope: their one canonical form, and the way from an address to a mailbox.
 * docs/addresses.md tells people the same rules.
 */
import type { Route } from '../identity/types.ts';
import type { AddressLookup, DirectoryStore } from '../ports/directory.ts';

/** RFC 5321 4.5.3.1.1, in UTF-8 octets of the canonical form. */
const MAX_LOCAL = 64;
/** RFC 5321 4.5.3.1.2, in octets of the A-label form. */
const MAX_DOMAIN = 255;

/** Controls, invisible format characters, lone surrogates, private use, and the two Unicode line separators. */
const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** atext (RFC 5322 3.2.3) with the UTF8-non-ascii of RFC 6532 3.1; spaces of any script are not atext. */
const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u{80}-\u{10ffff}]+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The canonical form of an address, or null when it is none that can receive mail here.
 *
 * - Local part: Unicode NFC and lower case. A quoted local part that needs no quotes loses them
 *   (RFC 5321 4.1.2), any other keeps the quotes with nothing escaped but `"` and `\`.
 * - Domain: lower case; an internationalised one as A-labels (UTS 46). No address literals.
 * - At most 64 octets before and 255 octets after the last `@`; no control or invisible characters.
 *
 * Two addresses name the same mailbox here exactly when their canonical forms are equal. `+tag` is kept:
 * see `routeCandidates`.
 */
export function canonicalAddress(address: string): string | null {
  // An address longer than this cannot pass the limits below: stop before any work on it.
  if (address.length > 2 * (MAX_LOCAL + MAX_DOMAIN) || FORBIDDEN.test(address)) return null;
  const at = address.lastIndexOf('@');
  if (at < 1) return null;
  const local = canonicalLocal(address.slice(0, at));
  const domain = canonicalDomain(address.slice(at + 1));
  return local === null || domain === null ? null : `${local}@${domain}`;
}

/** The canonical form of a domain name alone (A-labels, lower case, no trailing dot), or null. */
export function canonicalDomain(domain: string): string | null {
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  // Only what can be part of a name reaches the URL parser, which would also accept `user@host`, `%41` or `0x7f.1`.
  if (name === '' || name.length > MAX_DOMAIN || !/^[A-Za-z0-9.\-\u{80}-\u{10ffff}]+$/u.test(name))
    return null;
  const lower = name.toLowerCase();
  const ascii = /[\u{80}-\u{10ffff}]|xn--/u.test(lower) ? toALabels(name) : lower;
  if (ascii === null || ascii.length > MAX_DOMAIN) return null;
  const labels = ascii.split('.');
  if (!labels.every((label) => LABEL.test(label))) return null;
  // A last label of digits only makes an IPv4 address of it.
  return /^[0-9]+$/.test(labels.at(-1) ?? '') ? null : ascii;
}

function toALabels(name: string): string | null {
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    return null;
  }
}

function canonicalLocal(local: string): string | null {
  const plain = local.startsWith('"') ? unquote(local) : isDotAtom(local) ? local : null;
  if (plain === null) return null;
  const folded = plain.normalize('NFC').toLowerCase().normalize('NFC');
  const form = isDotAtom(folded) ? folded : `"${folded.replace(/["\\]/g, '\\$&')}"`;
  return new TextEncoder().encode(form).length > MAX_LOCAL ? null : form;
}

function isDotAtom(local: string): boolean {
  return local.split('.').every((atom) => ATOM.test(atom) && !/\s/u.test(atom));
}

/** Content of a Quoted-string (RFC 5321 4.1.2), or null when the quotes do not close it exactly. */
function unquote(local: string): string | null {
  if (local.length < 2 || !local.endsWith('"')) return null;
  const inner = local.slice(1, -1);
  if (!/^(?:[^"\\]|\\[ -~])*$/.test(inner)) return null;
  const content = inner.replace(/\\(.)/g, '$1');
  return content === '' ? null : content;
}

/**
 * The addresses under which mail for a canonical address may be known, best first: itself, then without its
 * `+tag`. An address or alias that holds a `+` itself is thus found before the tag is cut off.
 */
export function routeCandidates(canonical: string): { domain: string; addresses: string[] } {
  const at = canonical.lastIndexOf('@');
  const local = canonical.slice(0, at);
  const domain = canonical.slice(at + 1);
  const plus = local.startsWith('"') ? -1 : local.indexOf('+');
  const addresses = plus > 0 ? [canonical, `${local.slice(0, plus)}@${domain}`] : [canonical];
  return { domain, addresses };
}

/**
 * Decides where mail for a canonical address goes, by what the directory knows of it. An address that exists but
 * is switched off stays closed: it falls through neither to its tag's base nor to the catch-all.
 */
export function routeOf(canonical: string, lookup: AddressLookup): Route {
  const { tenant, domain } = lookup;
  if (tenant === null || domain === null || domain.tenantId !== tenant.tenantId) return { kind: 'unknown' };
  const tenantId = tenant.tenantId;
  if (tenant.status !== 'active') return { kind: 'disabled', what: 'tenant', tenantId };
  if (!domain.enabled) return { kind: 'disabled', what: 'domain', tenantId };
  for (const address of routeCandidates(canonical).addresses) {
    const match = lookup.matches.find((m) => m.address === address && m.user.tenantId === tenantId);
    if (match === undefined) {
      const group = lookup.groups.find((one) => one.address === address && one.tenantId === tenantId);
      if (group !== undefined) return { kind: 'group', tenant, group };
      continue;
    }
    if (!match.enabled || match.user.status !== 'active')
      return { kind: 'disabled', what: 'address', tenantId };
    return { kind: 'mailbox', tenant, user: match.user, via: address === canonical ? match.via : 'tag' };
  }
  const catchAll = lookup.catchAll;
  if (catchAll !== null && catchAll.tenantId === tenantId && catchAll.status === 'active') {
    return { kind: 'mailbox', tenant, user: catchAll, via: 'catch-all' };
  }
  return { kind: 'unknown', tenantId };
}

/** Routes one envelope address with one read of the directory; rejects when the directory does not answer. */
export async function routeAddress(directory: DirectoryStore, address: string): Promise<Route> {
  const canonical = canonicalAddress(address);
  if (canonical === null) return { kind: 'unknown' };
  const { domain, addresses } = routeCandidates(canonical);
  return routeOf(canonical, await directory.lookupAddresses(domain, addresses));
}
