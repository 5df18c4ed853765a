/** Path of a user in the admin API. */
export function userPath(address: string, part = ''): string {
  return `/users/${encodeURIComponent(address)}${part === '' ? '' : `/${part}`}`;
}
