/** Secrets at rest, under the secret of the installation. */
export interface Seal {
  /** @param owner names what the value belongs to, e.g. `dkim/tenant/domain/selector`. */
  seal(owner: string, plain: Uint8Array): Promise<string>;
  /** Rejects when the text was sealed for another owner, under another secret, or was changed. */
  open(owner: string, sealed: string): Promise<Uint8Array>;
}
