/**
 * mailauth names the digest of an RSA signature `rsa-sha256`. workerd's node:crypto knows `sha256` and `RSA-SHA256`
 * but not that name, and the library then reports every RSA signature as `neutral` without an error. Loaded before
 * the library, this takes the prefix away.
 */
import crypto from 'node:crypto';

type Digest = Parameters<typeof crypto.verify>[0];

const plain = (digest: Digest): Digest =>
  typeof digest === 'string' ? digest.replace(/^rsa-(sha\d+)$/, '$1') : digest;

const verify = crypto.verify.bind(crypto);
crypto.verify = ((digest: Digest, ...rest: [never, never, never]) =>
  verify(plain(digest), ...rest)) as typeof crypto.verify;
