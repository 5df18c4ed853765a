/**
 * In the place of the package of this name, which libmime asks for characters of headers (`alias` in wrangler.toml):
 * the runtime knows the charsets of mail by itself, and its tables would be a third of the script.
 */
export function decode(bytes: Uint8Array, charset: string): string {
  return new TextDecoder(charset).decode(bytes);
}
