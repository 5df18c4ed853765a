/** Queue `scheduling`: attendees are told of what became of a meeting in its organizer's calendar. */
import { tellAttendees } from '../../core/scheduling/tell.ts';
import type { Services } from '../../platform/services.ts';
import { schedulingJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

export async function consumeScheduling(services: Services, batch: QueueBatch): Promise<void> {
  for (const delivery of acceptJobs(batch, schedulingJob, services.log)) {
    try {
      await tellAttendees(services, delivery.job);
      delivery.message.ack();
    } catch (error) {
      retryLater(services.log, delivery, 'scheduling.failed', error);
    }
  }
}
