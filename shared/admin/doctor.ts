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

export const doctorView = z.object({
  now: at.describe("The Worker's clock."),
  store: z.enum(['d1', 'postgres']),
  migrations: z
    .record(z.string(), z.array(z.string()))
    .describe('Names of the migrations that each database has, as far as it knows.'),
  findings: z.array(doctorFinding),
});
export type DoctorView = z.infer<typeof doctorView>;
