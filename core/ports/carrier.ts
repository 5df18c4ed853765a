/** One message for some recipients of one domain's way out. */
export interface Consignment {
  /** Return path; empty for reports and automatic answers. */
  mailFrom: string;
  /** Canonical addresses, at most `maxRecipients` of the carrier. */
  recipients: string[];
  /** The exact bytes that leave: signed, without Bcc, CRLF line ends. May be asked for once per attempt. */
  open(): ReadableStream<Uint8Array>;
  size: number;
  /** Whether header or addresses hold more than ASCII (RFC 6531), and whether any line has bytes over 127. */
  needs: { smtputf8: boolean; eightBit: boolean };
  messageId: string;
  correlationId: string;
}

/**
 * What became of one recipient. sent: the next host has taken responsibility. retry: not now. failed: never.
 * uncertain: the bytes went out and the answer was lost, so that it may have been taken (I23).
 */
export interface CarrierResult {
  address: string;
  outcome: 'sent' | 'retry' | 'failed' | 'uncertain';
  /** Enhanced status code (RFC 3463). */
  status: string;
  /** Words of the other side, one line, at most 500 characters. */
  text: string;
  /** Id under which the next host keeps the message, when it says one. */
  remoteId?: string;
  /** Name of the host that said so, for the sender's delivery status notification (RFC 3464 2.3.5). */
  host?: string;
}

/** A way out of the house. */
export interface Carrier {
  /** external: a sender outside of this installation comes for the messages (ExternalSending). */
  readonly name: 'smtp-relay' | 'cloudflare-email' | 'external';
  readonly maxBytes: number;
  readonly maxRecipients: number;
  /** One result for each recipient, in their order. Never rejects. */
  send(mail: Consignment): Promise<CarrierResult[]>;
}
