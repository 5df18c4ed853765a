export interface BasicCredentials {
  /** As the client sent it, without a leading `DOMAIN\`. */
  login: string;
  password: string;
}

/**
 * Basic credentials of an Authorization header (RFC 7617), or null when there are none or they are malformed.
 * UTF-8 is tried first, then windows-1252, which old clients send. `DOMAIN\user` loses its domain.
 */
export function parseBasic(header: string | null): BasicCredentials | null {
  if (header === null || header.length > 4096) return null;
  const match = /^basic[ ]+([A-Za-z0-9+/=]+)[ ]*$/i.exec(header);
  if (match?.[1] === undefined) return null;
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(match[1]), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  const colon = text.indexOf(':');
  if (colon < 0 || text.includes('\0')) return null;
  const login = text.slice(0, colon);
  return { login: login.slice(login.lastIndexOf('\\') + 1), password: text.slice(colon + 1) };
}
