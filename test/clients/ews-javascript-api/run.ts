/** Drives ews-javascript-api through whole workflows: EWS_URL, EWS_USER and EWS_PASSWORD. */
import { mailSteps } from './mail-steps.ts';
import { calendarSteps, liveSteps } from './office-steps.ts';
import { finish, openSession } from './session.ts';

const session = openSession();
await mailSteps(session);
await calendarSteps(session);
await liveSteps(session);
finish();
