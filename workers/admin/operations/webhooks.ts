import { pageOf } from '../../../shared/admin/common.ts';
import * as shapes from '../../../shared/admin/webhooks.ts';
import { deliveriesQuery, tenantQuery, webhooksQuery } from '../routes/webhooks.ts';
import type { Operations } from './shape.ts';

const { webhookView, newWebhookView, webhookDeliveryView } = shapes;

export const webhookOperations: Operations = {
  'GET /webhooks': {
    name: 'listWebhooks',
    summary: 'Addresses that are told of events, of a tenant or of the installation.',
    ...{ query: webhooksQuery, answer: pageOf(webhookView) },
  },
  'POST /webhooks': {
    name: 'createWebhook',
    summary: 'Has an address told of events; the secret that signs them is shown once.',
    ...{ body: shapes.createWebhook, answer: newWebhookView },
    status: [201],
  },
  'GET /webhooks/:webhookId': {
    name: 'getWebhook',
    summary: 'An address, and whether it is reached.',
    ...{ query: tenantQuery, answer: webhookView },
  },
  'PATCH /webhooks/:webhookId': {
    name: 'changeWebhook',
    summary: 'Changes what the body names of it.',
    ...{ query: tenantQuery, body: shapes.changeWebhook, answer: webhookView },
  },
  'DELETE /webhooks/:webhookId': {
    name: 'deleteWebhook',
    summary: 'Tells the address nothing more.',
    ...{ query: tenantQuery, answer: null },
  },
  'POST /webhooks/:webhookId/rotate': {
    name: 'rotateWebhookSecret',
    summary: 'Makes another secret; the one before it holds for a while.',
    ...{ query: tenantQuery, body: shapes.rotateWebhook, answer: newWebhookView },
  },
  'POST /webhooks/:webhookId/test': {
    name: 'testWebhook',
    summary: 'Sends an event of the type `ping` at once.',
    ...{ query: tenantQuery, answer: webhookDeliveryView },
  },
  'GET /webhooks/:webhookId/deliveries': {
    name: 'listWebhookDeliveries',
    summary: 'Events for an address, newest first, with the last attempt of each.',
    ...{ query: deliveriesQuery, answer: pageOf(webhookDeliveryView) },
  },
  'POST /webhooks/:webhookId/deliveries/:eventId/replay': {
    name: 'replayWebhookDelivery',
    summary: 'Sends an event again.',
    ...{ query: tenantQuery, answer: webhookDeliveryView },
    errors: ['conflict'],
  },
};
