import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first. */
const LONG = [
  'test/convergence/convergence.test.ts',
  'test/e2e/cli-recovery.test.ts',
  'faults/crash-points.test.ts',
  'faults/sending.test.ts',
  'test/e2e/cli.test.ts',
  'test/protocol/activesync-ping-postgres.test.ts',
  'test/protocol/activesync-sync-changes-postgres.test.ts',
  'test/protocol/activesync-provision.test.ts',
  'faults/handing-over.test.ts',
  'test/faults/postgres-wire.test.ts',
  'test/e2e/rebuild.test.ts',
  'test/e2e/pipeline.test.ts',
];

/** Many small files of one process are what fills up the end of a run. */
const PROJECTS = ['edges', 'workerd', 'contract', 'unit'];

/** Long files first, so that no worker is left alone with one of them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted
      .map((file) => ({ file, rank: rankOf(file) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ file }) => file);
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const long = LONG.findIndex((path) => moduleId.endsWith(`/${path}`));
  return long >= 0 ? long - LONG.length : PROJECTS.indexOf(project.name);
}
