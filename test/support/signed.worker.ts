/** Signed messages and the DNS that their signatures are checked with, made with OpenSSL and without any library. */
import type { Zone } from '../../platform/dns/memory.ts';
import fixture from '../fixtures/signed.data.json' with { type: 'json' };

export const SIGNED_ZONE: Zone = fixture.zone;

/**
 * `rsa` and `ed25519`: signed by signed.example, whose policy is quarantine. `sealed`: the first with another subject,
 * sealed by list.example, which had seen it pass.
 */
export const SIGNED: Readonly<Record<'rsa' | 'ed25519' | 'sealed', string>> = fixture.mails;
