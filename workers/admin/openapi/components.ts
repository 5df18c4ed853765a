import * as z from 'zod';
import * as accounts from '../../../shared/admin/accounts.ts';
import * as administrators from '../../../shared/admin/administrators.ts';
import * as arriving from '../../../shared/admin/arriving.ts';
import * as audit from '../../../shared/admin/audit.ts';
import { problem } from '../../../shared/admin/common.ts';
import * as devices from '../../../shared/admin/devices.ts';
import * as doctor from '../../../shared/admin/doctor.ts';
import * as erasure from '../../../shared/admin/erasure.ts';
import * as keeping from '../../../shared/admin/keeping.ts';
import * as keys from '../../../shared/admin/keys.ts';
import * as limits from '../../../shared/admin/limits.ts';
import * as moves from '../../../shared/admin/moves.ts';
import * as operations from '../../../shared/admin/operations.ts';
import * as people from '../../../shared/admin/people.ts';
import * as quarantine from '../../../shared/admin/quarantine.ts';
import * as sending from '../../../shared/admin/sending.ts';
import * as stats from '../../../shared/admin/stats.ts';
import * as trace from '../../../shared/admin/trace.ts';
import * as transfer from '../../../shared/admin/transfer.ts';
import * as userImport from '../../../shared/admin/user-import.ts';
import * as webhooks from '../../../shared/admin/webhooks.ts';
import * as domains from '../../../shared/admin-domains.ts';

/** By their names, of which no two modules have the same. */
const MODULES: Readonly<Record<string, unknown>> = {
  ...accounts,
  ...administrators,
  ...arriving,
  ...audit,
  ...devices,
  ...doctor,
  ...erasure,
  ...keeping,
  ...keys,
  ...limits,
  ...moves,
  ...operations,
  ...people,
  ...quarantine,
  ...sending,
  ...stats,
  ...trace,
  ...transfer,
  ...userImport,
  ...webhooks,
  ...domains,
};

const SCHEMAS = Object.entries(MODULES).flatMap(([name, value]) =>
  value instanceof z.ZodType ? [[`${name.charAt(0).toUpperCase()}${name.slice(1)}`, value] as const] : [],
);

/** The shapes that have a name, which is that of their type. */
export const SHAPES: readonly (readonly [name: string, type: z.ZodType])[] = [
  ['Problem', problem],
  ...SCHEMAS,
];
