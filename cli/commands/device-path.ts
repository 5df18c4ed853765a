/** Positionals of the commands about one device. */
export const deviceArguments = [
  { name: 'address', help: 'address of the user' },
  { name: 'device', help: 'device as in waypost device list' },
];

export function devicePath(address: string, deviceId: string): string {
  return `/users/${encodeURIComponent(address)}/devices/${encodeURIComponent(deviceId)}`;
}
