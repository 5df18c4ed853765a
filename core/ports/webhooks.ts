/** An address that is told of what happens. */
export interface Webhook {
  /** Whose events it is told of; null: of the installation and all its tenants. */
  tenantId: string | null;
  webhookId: string;
  url: string;
  /** Patterns of core/webhooks/events.ts. */
  events: string[];
  description: string;
  /** failed: it was switched off because nothing reached it any more. */
  status: 'on' | 'off' | 'failed';
  /** Sealed. */
  secret: string;
  /** The one before it, with which is signed as well until `previousUntil`. */
  previousSecret: string | null;
  previousUntil: number | null;
  createdBy: string;
  /** Milliseconds since the epoch, like all times here. */
  createdAt: number;
  /** Nothing has reached it since; null: the last attempt did, or there was none. */
  failingSince: number | null;
}

/** Who wants to be told of what; without anything secret. */
export type WebhookSubscription = Pick<Webhook, 'tenantId' | 'webhookId' | 'events'>;

/** One event on its way to one address. */
export interface WebhookDelivery {
  tenantId: string | null;
  webhookId: string;
  /** Of the event: the same for each attempt and each address. */
  eventId: string;
  type: string;
  /** JSON, as it is sent. */
  body: string;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  createdAt: number;
  /** When it is tried (again); while an attempt is under way, when that counts as dead. */
  nextAttemptAt: number;
  /** Of the last attempt. */
  attemptedAt: number | null;
  /** HTTP status; null: there was no answer. */
  statusCode: number | null;
  durationMs: number | null;
  /** Why it failed; '' when it did not. */
  error: string;
  correlationId: string;
}

export type WebhookRef = Pick<Webhook, 'tenantId' | 'webhookId'>;
export type DeliveryRef = Pick<WebhookDelivery, 'tenantId' | 'webhookId' | 'eventId'>;

/** What an attempt came to. */
export type AttemptOutcome = Pick<
  WebhookDelivery,
  'state' | 'nextAttemptAt' | 'attemptedAt' | 'statusCode' | 'durationMs' | 'error'
>;

/** Position in a list, newest first. */
interface DeliveryCursor {
  createdAt: number;
  eventId: string;
}

/** Addresses that are told of events, and what is on its way to them. Part of the directory. */
export interface WebhookDirectory {
  /** Rejects with ConflictError when it is there. */
  putWebhook(webhook: Webhook): Promise<void>;
  getWebhook(ref: WebhookRef): Promise<Webhook | null>;
  /** Of a tenant, or null: of the installation. In order of creation. */
  listWebhooks(tenantId: string | null): Promise<Webhook[]>;
  /** Of all tenants, those that are on. */
  webhookSubscriptions(): Promise<WebhookSubscription[]>;
  /** False when there is no such webhook. */
  updateWebhook(
    ref: WebhookRef,
    values: Partial<
      Pick<
        Webhook,
        | 'url'
        | 'events'
        | 'description'
        | 'status'
        | 'secret'
        | 'previousSecret'
        | 'previousUntil'
        | 'failingSince'
      >
    >,
  ): Promise<boolean>;
  /** Puts a sealed secret, this one or the one before it, in the place of the same; false when it is another by now. */
  replaceWebhookSecret(ref: WebhookRef, from: string, to: string): Promise<boolean>;
  /** Marks that nothing reaches it, unless it is marked so already. */
  noteWebhookFailing(ref: WebhookRef, at: number): Promise<void>;
  /** With what was on its way to it. False when there is no such webhook. */
  removeWebhook(ref: WebhookRef): Promise<boolean>;

  /** Inserts those that are not there yet; the references of these. */
  addDeliveries(deliveries: readonly WebhookDelivery[]): Promise<DeliveryRef[]>;
  getDelivery(ref: DeliveryRef): Promise<WebhookDelivery | null>;
  /** Newest first. */
  listDeliveries(
    ref: WebhookRef,
    options: { state?: WebhookDelivery['state'] | undefined; after: DeliveryCursor | null; limit: number },
  ): Promise<WebhookDelivery[]>;
  /** Takes one that waits for an attempt, unless somebody was quicker (`nextAttemptAt` is another by now). */
  claimDelivery(ref: DeliveryRef, seen: { nextAttemptAt: number }, leaseUntil: number): Promise<boolean>;
  /** Ends the attempt that was claimed until `leaseUntil`; false when it was taken for dead. */
  endAttempt(ref: DeliveryRef, leaseUntil: number, outcome: AttemptOutcome): Promise<boolean>;
  /** Waits again, from now on, as if it had never been tried. False when there is no such delivery. */
  replayDelivery(ref: DeliveryRef, at: number): Promise<boolean>;
  /** Those of a webhook that wait and were due before this, the oldest first. */
  dueDeliveries(ref: WebhookRef, before: number, limit: number): Promise<WebhookDelivery[]>;
  /** None of those of a webhook waits any more: all have failed for this reason. How many. */
  giveUpDeliveries(ref: WebhookRef, error: string): Promise<number>;
  /** Forgets what was created before `done` and does not wait, and what was created before `waiting` at all; how many. */
  forgetDeliveries(tenantId: string | null, before: { done: number; waiting: number }): Promise<number>;
}
