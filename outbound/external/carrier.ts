import type { Carrier } from '../../core/ports/carrier.ts';

/** The way out of tenants whose mail a sender outside of this installation comes for: nothing is ever handed to it. */
export function externalCarrier(maxBytes: number): Carrier {
  return {
    ...{ name: 'external', maxBytes, maxRecipients: Number.MAX_SAFE_INTEGER },
    send: async ({ recipients }) =>
      recipients.map((address) => ({
        ...{ address, outcome: 'retry', status: '4.4.4' },
        text: 'Waits until a sender comes for it.',
      })),
  };
}
