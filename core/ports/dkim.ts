/** RFC 6376 3.3, RFC 8463 3. */
export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

/**
 * A signing key of a domain. pending: its record has not been seen in the DNS yet. active: it was; the key signs
 * unless `notAfter` says that a newer one does. retired: nothing that it has signed holds any more.
 */
export interface DkimKey {
  tenantId: string;
  /** Canonical. */
  domain: string;
  /** Unique within the domain. */
  selector: string;
  algorithm: DkimAlgorithm;
  /** Value of `p=` in its record (RFC 6376 3.6.1). */
  publicKey: string;
  /** PKCS #8, sealed for `dkim/<tenant>/<domain>/<selector>`; empty once the key is retired. */
  sealedKey: string;
  state: 'pending' | 'active' | 'retired';
  createdAt: number;
  /** When it began to sign. */
  notBefore: number | null;
  /** Another key signs instead, and the record must stay until this time. */
  notAfter: number | null;
}

/** What may change of a key. */
type DkimKeyChange = Partial<Pick<DkimKey, 'state' | 'sealedKey' | 'notBefore' | 'notAfter'>>;

export interface DkimKeyStore {
  /** Rejects with ConflictError when the domain has a key of this selector. */
  addKey(key: DkimKey): Promise<void>;
  /** In order of creation, then selector. */
  listKeys(tenantId: string, domain: string): Promise<DkimKey[]>;
  /** Keys of a tenant that a round must look at: those that are pending, and those whose `notAfter` is not null. */
  listChanging(tenantId: string): Promise<DkimKey[]>;
  /**
   * A pending key begins to sign, and at the same moment the other active keys of its algorithm in the domain cease:
   * their `notAfter` is set. False, and nothing done, when the key is not pending any more.
   */
  activateKey(
    key: Pick<DkimKey, 'tenantId' | 'domain' | 'selector' | 'algorithm'>,
    at: number,
    othersUntil: number,
  ): Promise<boolean>;
  /** False, and nothing done, when there is no such key or it is not in this state any more. */
  changeKey(
    key: Pick<DkimKey, 'tenantId' | 'domain' | 'selector'>,
    from: DkimKey['state'],
    change: DkimKeyChange,
  ): Promise<boolean>;
  forgetKey(key: Pick<DkimKey, 'tenantId' | 'domain' | 'selector'>): Promise<void>;
}
