import { describeError } from '../../platform/log.ts';
import { type DoctorFinding, trouble } from '../../shared/admin/doctor.ts';

/** Longest time that one check may take, in milliseconds: what hangs is in trouble too. */
const PATIENCE_MS = 10_000;

/** What a check says; trouble when it throws or gives no answer in time. */
export async function checked(
  check: string,
  mend: string,
  work: () => Promise<DoctorFinding[]>,
): Promise<DoctorFinding[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    return [trouble(check, describeError(error), mend)];
  } finally {
    clearTimeout(timer);
  }
}
