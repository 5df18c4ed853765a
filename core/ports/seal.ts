/** Secrets at rest. */
export interface Seal {
  /**
   * @param owner names what the value belongs to, `<kind>/<tenantId>` and what else tells it apart, e.g.
   *   `dkim/<tenantId>/<domain>/<selector>`: sealed under the tenant's key
   */
  seal(owner: string, plain: Uint8Array): Promise<string>;
  /** Rejects when the text was sealed for another owner, under another secret, or was changed. */
  open(owner: string, sealed: string): Promise<Uint8Array>;
}

/** Under a secret of the installation. */
export interface SecretSeal extends Seal {
  /** Tells the secret that seals now from others without saying anything of it. */
  secretId(): Promise<string>;
}
