import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from './completion.ts';
import { COMMANDS } from './main.ts';

/** What bash offers when the last of these words is being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash', COMMANDS)}
    COMP_WORDS=(waypost "$@"); COMP_CWORD=${words.length}; _waypost; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8', cwd: '/' });
  return text.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers commands, their second words and their flags', () => {
    expect(offered('')).toEqual([...new Set(COMMANDS.map(({ name }) => name.split(' ')[0]))]);
    expect(offered('dom')).toEqual(['domain']);
    expect(offered('hold', '')).toEqual(['add', 'list', 'release']);
    expect(offered('hold', 'add', '--')).toEqual([
      '--reason',
      '--by',
      '--json',
      '--help',
      '--remote',
      '--local',
    ]);
    expect(offered('hold', 'add', 'ann@example.test', '--rea')).toEqual(['--reason']);
    expect(offered('tenant', 'move', '')).toEqual(expect.arrayContaining(['status', 'cancel', 'finish']));
    expect(offered('tenant', 'move', 'status', '--v')).toEqual(['--verified']);
    expect(offered('start', '--')).toContain('--fresh');
    expect(offered('deliver', 'mail.eml', '--t')).toEqual(['--to']);
  });

  it('offers files where nothing else fits', () => {
    expect(offered('import', 'us')).toContain('usr');
  });
});

describe('completion', () => {
  it.each(SHELLS)('for %s knows every command and flag', (shell) => {
    const script = completionScript(shell, COMMANDS);
    for (const { name, flags } of COMMANDS) {
      for (const word of name.split(' ')) expect(script).toContain(word);
      for (const [flag] of flags) expect(script).toContain(flag);
    }
  });
});
