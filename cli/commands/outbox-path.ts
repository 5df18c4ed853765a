/** What names a message on its way out. */
export const outboxArguments = [
  { name: 'address', help: 'address of the user who sent it' },
  { name: 'id', help: 'id as in waypost outbox list' },
];

export function outboxPath(address: string, id: string): string {
  return `/users/${encodeURIComponent(address)}/outbox/${encodeURIComponent(id)}`;
}
