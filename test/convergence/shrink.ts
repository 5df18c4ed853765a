import type { Machine } from './machine.ts';
import type { Step } from './steps.ts';

/** Drops steps, many at a time and then one by one, as long as the run still fails the same way. */
export async function shrink(
  machine: Machine,
  failing: Step[],
  say: (line: string) => void,
): Promise<Step[]> {
  let steps = failing;
  for (let chunk = Math.ceil(steps.length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
    for (let at = 0; at < steps.length; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + chunk)];
      const { failure } = await machine.run(fewer);
      if (failure?.error.name === 'Violation') {
        steps = failure.steps;
        say(`  ${steps.length} steps: ${failure.error.message.split('\n')[0]}`);
      } else at += chunk;
    }
  }
  say(steps.map((s) => `  ${JSON.stringify(s)}`).join('\n'));
  return steps;
}
