import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseSubject } from './subject.ts';

describe('the base subject', () => {
  it.each([
    ['hello', 'hello'],
    ['Re: hello', 'hello'],
    ['RE:hello', 'hello'],
    ['Re : hello', 'hello'],
    ['Re[2]: hello', 'hello'],
    ['Re(4): hello', 'hello'],
    ['RE^3: hello', 'hello'],
    ['re2: hello', 'hello'],
    ['Re: Fwd: FW: hello', 'hello'],
    ['AW: WG: Antw: hello', 'hello'],
    ['SV: VS: hello', 'hello'],
    ['回复：转发: hello', 'hello'],
    ['[list] Re: [x] Fwd: hello (fwd)', 'hello'],
    ['[Fwd: Re: hello]', 'hello'],
    ['[Fwd: hello] (fwd) (fwd)', 'hello'],
    ['[a][b] hello', 'hello'],
    ['[only]', '[only]'],
    ['Re: [only]', '[only]'],
    ['  white \t\r\n space  ', 'white space'],
    ['Re:', ''],
    ['(fwd)', ''],
    ['', ''],
    ['Re', 'Re'],
    ['Regarding: x', 'Regarding: x'],
    ['Meeting: re: x', 'Meeting: re: x'],
    ['[unclosed Re: x', '[unclosed Re: x'],
    ['Re[x: y', 'Re[x: y'],
  ])('of %j', (subject, base) => {
    expect(baseSubject(subject)).toBe(base);
  });

  it('has none itself', () => {
    const pieces = fc.array(
      fc.constantFrom('Re:', 'fwd: ', '[x]', '[', ']', '(fwd)', ' ', 'AW', ':', 'text', '[Fwd:', '(2)', '^1'),
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const base = baseSubject(list.join(''));
        expect(baseSubject(base)).toBe(base);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    'Re:',
    '[',
    '[a]',
    'Re[',
    'Re(',
    '(fwd)',
    '[fwd:',
    ' ',
  ])('of megabytes of %s costs nothing', (unit) => {
    const start = performance.now();
    baseSubject(unit.repeat(500_000));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
