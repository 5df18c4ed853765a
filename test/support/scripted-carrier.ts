import type { Carrier, CarrierResult, Consignment } from '../../core/ports/carrier.ts';

type Outcome = Partial<CarrierResult> & Pick<CarrierResult, 'outcome'>;
export type Script = (mail: Consignment, call: number) => Record<string, Outcome> | Outcome;

interface HandedOver {
  mailFrom: string;
  recipients: string[];
  needs: Consignment['needs'];
  messageId: string;
  size: number;
  text: string;
}

/** A carrier that does what a script says, and writes down what was handed to it. */
export function scriptedCarrier(
  script: Script = () => ({ outcome: 'sent' }),
  over: Partial<Pick<Carrier, 'maxBytes' | 'maxRecipients'>> = {},
) {
  const handed: HandedOver[] = [];
  const carrier: Carrier = {
    name: 'smtp-relay',
    maxBytes: 1_000_000,
    maxRecipients: 100,
    ...over,
    async send(mail) {
      const { mailFrom, recipients, needs, messageId, size } = mail;
      const text = await new Response(mail.open()).text();
      handed.push({ mailFrom, recipients, needs, messageId, size, text });
      const said = script(mail, handed.length);
      return recipients.map((address) => {
        const outcome = 'outcome' in said ? (said as Outcome) : said[address];
        return {
          address,
          status: '2.0.0',
          text: 'said so',
          ...(outcome ?? { outcome: 'sent' }),
        } as CarrierResult;
      });
    },
  };
  return { carrier, handed };
}
