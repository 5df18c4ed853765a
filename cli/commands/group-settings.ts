import type { SetGroup } from '../../shared/admin-api.ts';
import { UsageError } from '../command.ts';

/** What may be chosen of a group when it is made and later. */
export const GROUP_FLAGS = {
  senders: {
    type: 'string',
    value: 'WHO',
    help: 'whose mail it takes: anyone, inside (signed-in users, the default), members',
  },
  external: { type: 'boolean', help: 'members at other hosts get its mail (the default)' },
  'no-external': { type: 'boolean', help: 'only mailboxes of this installation get its mail' },
  hide: { type: 'boolean', help: 'keep the group out of the address list' },
  show: { type: 'boolean', help: 'put the group into the address list again' },
} as const;

interface Given {
  name?: string | undefined;
  senders: string | undefined;
  external: boolean;
  'no-external': boolean;
  hide: boolean;
  show: boolean;
}

/** Only what the flags name. */
export function groupSettings(flags: Given, command: string): SetGroup {
  const { senders } = flags;
  if (senders !== undefined && senders !== 'anyone' && senders !== 'inside' && senders !== 'members') {
    throw new UsageError('--senders is anyone, inside or members', command);
  }
  if (flags.hide && flags.show) throw new UsageError('give either --hide or --show', command);
  if (flags.external && flags['no-external'])
    throw new UsageError('give either --external or --no-external', command);
  return {
    ...(flags.name === undefined ? {} : { displayName: flags.name }),
    ...(senders === undefined ? {} : { senders }),
    ...(flags.external || flags['no-external'] ? { externalMembers: flags.external } : {}),
    ...(flags.hide || flags.show ? { hidden: flags.hide } : {}),
  };
}
