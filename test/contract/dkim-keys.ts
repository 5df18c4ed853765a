import { describe, expect, test } from 'vitest';
import { ConflictError } from '../../core/errors.ts';
import type { DkimKey } from '../../core/ports/dkim.ts';
import { type Subject, unique } from './subject.ts';

function key(over: Partial<DkimKey> = {}): DkimKey {
  return {
    tenantId: unique('tenant'),
    domain: 'example.test',
    selector: 's1',
    algorithm: 'rsa-sha256',
    publicKey: 'MIIB',
    sealedKey: 'v1.a.b',
    state: 'pending',
    createdAt: 5,
    notBefore: null,
    notAfter: null,
    ...over,
  };
}

export function dkimKeysContract(subject: Subject): void {
  describe('signing keys', () => {
    test('a key is found by its tenant and domain alone, oldest first', async () => {
      const { dkimKeys } = await subject.open();
      const young = key({ createdAt: 7 });
      const { tenantId } = young;
      const old = key({
        tenantId,
        selector: 's2',
        algorithm: 'ed25519-sha256',
        state: 'active',
        notBefore: 6,
      });
      const other = key({ tenantId, domain: 'other.test' });
      for (const one of [young, old, other, key()]) await dkimKeys.addKey(one);
      expect(await dkimKeys.listKeys(tenantId, 'example.test')).toEqual([old, young]);
      expect(await dkimKeys.listKeys(tenantId, 'none.test')).toEqual([]);
      expect(await dkimKeys.listKeys(unique('tenant'), 'example.test')).toEqual([]);
    });

    test('a selector is given once in a domain, and the key that has it stays', async () => {
      const { dkimKeys } = await subject.open();
      const one = key();
      await dkimKeys.addKey(one);
      await expect(dkimKeys.addKey({ ...one, publicKey: 'other' })).rejects.toThrow(ConflictError);
      await dkimKeys.addKey({ ...one, domain: 'other.test' });
      await dkimKeys.addKey({ ...one, tenantId: unique('tenant') });
      expect(await dkimKeys.listKeys(one.tenantId, one.domain)).toEqual([one]);
    });

    test('a round sees what is pending and what has an end', async () => {
      const { dkimKeys } = await subject.open();
      const pending = key();
      const { tenantId } = pending;
      const signing = key({ tenantId, selector: 's2', state: 'active', notBefore: 6 });
      const ending = key({ tenantId, selector: 's3', state: 'active', notBefore: 6, notAfter: 9 });
      const retired = key({
        tenantId,
        domain: 'a.test',
        state: 'retired',
        notBefore: 6,
        notAfter: 9,
        sealedKey: '',
      });
      for (const one of [pending, signing, ending, retired, key()]) await dkimKeys.addKey(one);
      expect(await dkimKeys.listChanging(tenantId)).toEqual([retired, pending, ending]);
    });

    test('a key that begins to sign ends the others of its algorithm and domain, once', async () => {
      const { dkimKeys } = await subject.open();
      const fresh = key({ selector: 'new' });
      const { tenantId } = fresh;
      const active = { tenantId, state: 'active', notBefore: 6 } as const;
      const old = key({ ...active, selector: 'a' });
      const ending = key({ ...active, selector: 'b', notAfter: 7 });
      const other = key({ ...active, selector: 'c', algorithm: 'ed25519-sha256' });
      const waiting = key({ tenantId, selector: 'd' });
      const elsewhere = key({ ...active, domain: 'other.test' });
      const stranger = key({ ...active, tenantId: unique('tenant') });
      for (const one of [fresh, old, ending, other, waiting, elsewhere, stranger]) await dkimKeys.addKey(one);
      expect(await dkimKeys.activateKey({ ...fresh, selector: 'none' }, 8, 90)).toBe(false);
      expect(await dkimKeys.activateKey({ ...fresh, tenantId: 'x' }, 8, 90)).toBe(false);
      expect(await dkimKeys.activateKey(other, 8, 90)).toBe(false);
      expect(await dkimKeys.activateKey(fresh, 8, 90)).toBe(true);
      expect(await dkimKeys.activateKey(fresh, 9, 91)).toBe(false);
      expect(await dkimKeys.listKeys(tenantId, fresh.domain)).toEqual([
        { ...old, notAfter: 90 },
        ending,
        other,
        waiting,
        { ...fresh, state: 'active', notBefore: 8 },
      ]);
      expect(await dkimKeys.listKeys(tenantId, 'other.test')).toEqual([elsewhere]);
      expect(await dkimKeys.listKeys(stranger.tenantId, stranger.domain)).toEqual([stranger]);
    });

    test('a change counts only from the state that was seen, and for that key alone', async () => {
      const { dkimKeys } = await subject.open();
      const one = key();
      const beside = { ...one, selector: 's2' };
      for (const each of [one, beside]) await dkimKeys.addKey(each);
      expect(await dkimKeys.changeKey(one, 'active', { notAfter: 1 })).toBe(false);
      expect(await dkimKeys.changeKey({ ...one, tenantId: 'x' }, 'pending', { notAfter: 1 })).toBe(false);
      expect(await dkimKeys.changeKey(one, 'pending', { state: 'active', notBefore: 8 })).toBe(true);
      expect(await dkimKeys.changeKey(one, 'pending', { state: 'active', notBefore: 9 })).toBe(false);
      expect(await dkimKeys.listKeys(one.tenantId, one.domain)).toEqual([
        { ...one, state: 'active', notBefore: 8 },
        beside,
      ]);
    });

    test('a key that is forgotten is gone, and may be forgotten again', async () => {
      const { dkimKeys } = await subject.open();
      const one = key();
      const beside = { ...one, selector: 's2' };
      for (const each of [one, beside]) await dkimKeys.addKey(each);
      for (let i = 0; i < 2; i++) await dkimKeys.forgetKey(one);
      await dkimKeys.forgetKey({ ...beside, tenantId: 'x' });
      expect(await dkimKeys.listKeys(one.tenantId, one.domain)).toEqual([beside]);
    });
  });
}
