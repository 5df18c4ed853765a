import type { MessageVerdictView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable } from '../output.ts';

export const messageShow = defineCommand({
  name: 'message show',
  summary: 'show where a message came from and why it is where it is',
  details: 'Nothing of what the message says is shown.',
  positionals: [
    { name: 'address', help: 'the user whose message it is' },
    { name: 'item', help: 'id of the message' },
  ],
  flags: {},
  examples: ['waypost message show ann@example.test 0j9k… --json'],
  async run({ args: [address = '', item = ''], out }) {
    const view = await withLocalServer(({ admin }) =>
      admin.get<MessageVerdictView>(
        `/users/${encodeURIComponent(address)}/messages/${encodeURIComponent(item)}/verdict`,
      ),
    );
    out.result(view, () => showVerdict(out, view));
  },
});

function showVerdict(out: Output, { folder, receivedAt, verdict }: MessageVerdictView): void {
  out.line(`folder    ${printable(folder)}`);
  out.line(`received  ${new Date(receivedAt).toISOString()}`);
  if (verdict === null) {
    out.line('It did not arrive from outside, or before arriving mail was judged.');
    return;
  }
  const { spf, dkim, dmarc, arc, fromDomain, policy, spam, disposition, source, reasons } = verdict;
  out.line(`author    ${printable(fromDomain) || 'unknown'}`);
  out.line(
    `results   spf=${spf} dkim=${dkim} dmarc=${dmarc}${policy === null ? '' : ` (p=${policy})`} arc=${arc}`,
  );
  out.line(`known by  ${source === 'checked' ? 'own checks' : source}`);
  out.line(`spam      ${spam === null ? 'not judged' : spam.toFixed(2)}`);
  out.line(`put into  ${disposition}`);
  for (const reason of reasons) out.line(`because   ${printable(reason)}`);
}
