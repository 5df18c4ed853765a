import * as z from 'zod';
import { at } from './common.ts';

/** One thing that was looked at. `warning`: it works, but should not stay so; `unknown`: it could not be looked at. */
export const doctorFinding = z.object({
  check: z.string().describe('Stable name, e.g. `binding.DIRECTORY`.'),
  state: z.enum(['ok', 'warning', 'trouble', 'unknown']),
  what: z.string(),
  mend: z.string().nullable().describe('How to put it right.'),
});
export type DoctorFinding = z.infer<typeof doctorFinding>;

export const fine = (check: string, what: string): DoctorFinding => ({
  check,
  state: 'ok',
  what,
  mend: null,
});
export const warning = (check: string, what: string, mend: string): DoctorFinding => ({
  ...{ check, state: 'warning', what, mend },
});
export const trouble = (check: string, what: string, mend: string): DoctorFinding => ({
  ...{ check, state: 'trouble', what, mend },
});
export const unknown = (check: string, what: string): DoctorFinding => ({
  ...{ check, state: 'unknown', what, mend: null },
});

export const doctorView = z.object({
  now: at.describe("The Worker's clock."),
  store: z.enum(['d1', 'postgres']),
  migrations: z
    .record(z.string(), z.array(z.string()))
    .describe('Names of the migrations that each database has, as far as it knows.'),
  findings: z.array(doctorFinding),
});
export type DoctorView = z.infer<typeof doctorView>;
