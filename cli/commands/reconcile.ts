import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const reconcile = defineCommand({
  name: 'reconcile',
  summary: 'run the reconciler now: finds mail without a row, and rows without mail',
  positionals: [],
  flags: {},
  async run({ out }) {
    const answer = await withLocalServer(({ admin }) => admin.post<{ status: string }>('/reconcile'));
    out.result(answer, () => out.line('Reconciled.'));
  },
});
