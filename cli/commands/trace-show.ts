import type { TraceDetailView, TraceStepView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shortTime } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

export const traceShow = defineCommand({
  name: 'trace show',
  summary: 'show each step of the way of one message',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'id', help: 'as `waypost trace list` shows it' },
  ],
  flags: {},
  async run({ args: [domain = '', id = ''], out }) {
    const found = await withLocalServer(async ({ admin }) =>
      admin.get<TraceDetailView>(`/tenants/${await tenantOf(admin, domain)}/trace/${encodeURIComponent(id)}`),
    );
    out.result(found, () => {
      const [first] = found.messages;
      out.line(`sender        ${first?.sender ? printable(first.sender) : '(none)'}`);
      out.line(`message id    ${first?.messageId ? printable(first.messageId) : '(unknown)'}`);
      out.line(`correlation   ${printable(first?.correlationId ?? '')}`);
      out.line(`size          ${first?.size ?? 0}`);
      for (const { recipient, status } of found.messages)
        out.line(`recipient     ${recipient === '' ? '(unknown)' : printable(recipient)}: ${status}`);
      out.line();
      out.table(
        ['time', 'step', 'verdict', 'recipient', 'details'],
        found.steps.map((step) => [
          shortTime(step.at),
          step.step,
          step.verdict,
          step.recipient === null ? null : printable(step.recipient),
          printable(detailsOf(step)),
        ]),
        'Nothing was told of it.',
      );
      if (found.related.length === 0) return;
      out.line();
      out.table(
        ['time', '', 'sender', 'recipient', 'status', 'id'],
        found.related.map((one) => [
          shortTime(one.at),
          one.direction,
          one.sender === '' ? '(none)' : printable(one.sender),
          printable(one.recipient),
          one.status,
          one.traceId,
        ]),
        '',
      );
    });
  },
});

function detailsOf({ details }: TraceStepView): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== false && value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
