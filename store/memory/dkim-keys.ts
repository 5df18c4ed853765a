import { ConflictError } from '../../core/errors.ts';
import type { DkimKey, DkimKeyStore } from '../../core/ports/dkim.ts';
import { compareText } from '../text.ts';

/** Signing keys in memory. */
export function createMemoryDkimKeyStore(): DkimKeyStore {
  const keys = new Map<string, DkimKey>();
  const idOf = ({ tenantId, domain, selector }: Pick<DkimKey, 'tenantId' | 'domain' | 'selector'>) =>
    JSON.stringify([tenantId, domain, selector]);
  const list = (which: (key: DkimKey) => boolean) =>
    structuredClone([...keys.values()].filter(which)).sort(
      (a, b) =>
        compareText(a.domain, b.domain) || a.createdAt - b.createdAt || compareText(a.selector, b.selector),
    );
  return {
    async addKey(key) {
      if (keys.has(idOf(key))) throw new ConflictError('the domain has a key of this selector');
      keys.set(idOf(key), { ...key });
    },
    listKeys: async (tenantId, domain) => list((key) => key.tenantId === tenantId && key.domain === domain),
    listChanging: async (tenantId) =>
      list((key) => key.tenantId === tenantId && (key.state === 'pending' || key.notAfter !== null)),
    async activateKey(key, at, othersUntil) {
      const kept = keys.get(idOf(key));
      if (kept?.state !== 'pending') return false;
      for (const other of keys.values()) {
        const beside =
          other.tenantId === key.tenantId && other.domain === key.domain && other.algorithm === key.algorithm;
        if (beside && other.state === 'active' && other.notAfter === null) other.notAfter = othersUntil;
      }
      Object.assign(kept, { state: 'active', notBefore: at });
      return true;
    },
    async changeKey(key, from, change) {
      const kept = keys.get(idOf(key));
      if (kept?.state !== from) return false;
      Object.assign(kept, change);
      return true;
    },
    async forgetKey(key) {
      keys.delete(idOf(key));
    },
  };
}
