import { matchReport } from '../../../core/automatic/reports/match-report.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { readArrived } from './read-arrived.ts';

/** Reports on what the owner sent, those of this installation among them. */
export async function matchReports(services: Services, arrived: Arrived): Promise<void> {
  if (arrived.message === null || !/^report\./i.test(arrived.message.messageClass)) return;
  const mail = await readArrived(services, arrived);
  if (mail !== null) await matchReport(services, mail);
}
