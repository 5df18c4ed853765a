/** An inbox rule. Conditions and actions are named as the elements of MS-OXWSRULES, with a small first letter. */
export interface RuleView {
  ruleId: string;
  name: string;
  enabled: boolean;
  /** From 1 on, in the order in which they are run. */
  priority: number;
  conditions: object;
  exceptions: object;
  actions: object;
  /** Why it is not run any more, until it is saved again. */
  error: { code: string; text: string; at: number } | null;
}

export interface RuleSetView {
  /** To be given back when the rules are changed. */
  revision: number;
  rules: RuleView[];
}

/** Replaces all rules; their order is their priority. Those without `ruleId` get one. */
export interface PutRules {
  revision: number;
  rules: unknown[];
}

/** One step of running rules over mail that is there; called again with the `cursor` of the answer until it is null. */
export interface RunRules {
  /** Id, or names with `/` between. */
  folder?: string;
  /** Without them those that are saved. */
  rules?: unknown[];
  dryRun?: boolean;
  /** Forward, redirect and reply too. */
  sending?: boolean;
  cursor?: { receivedAt: number; itemId: string } | null;
}

export interface RuleRunView {
  examined: number;
  changed: number;
  rules: {
    ruleId: string;
    name: string;
    matched: number;
    sample: {
      itemId: string;
      subject: string;
      from: { name: string; address: string } | null;
      receivedAt: number;
    }[];
  }[];
  cursor: { receivedAt: number; itemId: string } | null;
}

/** What was told of one recipient of a sent message. */
export interface DeliveryReportView {
  recipient: string;
  kind: string;
  status: string;
  text: string;
  reportedAt: number;
  /** Item that told it, or ''. */
  reportId: string;
}

/** Where rules may forward and redirect mail of the tenant to. */
export interface ForwardingView {
  mode: 'allowed' | 'internal' | 'off';
}

/**
 * Senders whose mail is kept out of Junk once they are proven to be the sender, and those whose mail goes there: an
 * address, `@` and a domain (with all below it), an IP address, or a range of them (`192.0.2.0/24`).
 */
export interface SenderListsView {
  allow: string[];
  block: string[];
}

/** `PATCH …/senders`: first what is removed from both lists goes, then entries come to one and leave the other. */
export interface ChangeSenderLists {
  allow?: string[] | undefined;
  block?: string[] | undefined;
  remove?: string[] | undefined;
}

export interface SpamView {
  enabled: boolean;
  /** Score, over 0 and at most 1, from which on mail goes to Junk. */
  threshold: number;
  /** Top-level domains that tell against a sender. */
  suspectTlds: string[];
  /** Domains whose ARC seal vouches for what they forward (RFC 8617). */
  sealers: string[];
}

/** `PATCH …/spam`: what is left out stays as it is. */
export interface ChangeSpam {
  enabled?: boolean | undefined;
  threshold?: number | undefined;
  suspectTlds?: string[] | undefined;
  sealers?: string[] | undefined;
}

/** Where a message came from, how sure that is, and why it is where it is; nothing of what it says. */
export interface MessageVerdictView {
  itemId: string;
  /** Name of the folder it is in now. */
  folder: string;
  receivedAt: number;
  /** null for what did not arrive from outside. Results are those of RFC 8601 2.7. */
  verdict: {
    source: 'platform' | 'checked' | 'submitted';
    spf: string;
    dkim: string;
    dmarc: string;
    arc: string;
    fromDomain: string;
    policy: 'none' | 'quarantine' | 'reject' | null;
    spam: number | null;
    disposition: 'inbox' | 'junk';
    reasons: string[];
  } | null;
}
