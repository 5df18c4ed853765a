import type { Command } from './command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell reads to complete the words and flags of every command. Nothing is run while somebody types. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return `#compdef waypost\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
  }
}

function bash(commands: readonly Command[]): string {
  const cases = [...places(commands)].map(
    ([typed, words]) => `    '${typed}') words='${words.join(' ')}' ;;`,
  );
  return `_waypost() {
  local typed='' words='' i
  for ((i = 1; i < COMP_CWORD && i < 4; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] && break
    typed+="\${typed:+ }\${COMP_WORDS[i]}"
  done
  # A command of one word is told apart from the group of its name by what follows it.
  while :; do
    case $typed in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
    [[ -n $words || -z $typed ]] && break
    [[ $typed == *' '* ]] && typed=\${typed% *} || typed=''
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  # Where a command takes a file, or anything else, the shell offers files.
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _waypost waypost
`;
}

function fish(commands: readonly Command[]): string {
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = [
    'function __waypost_typed',
    '  set -l words (commandline -opc)',
    '  test (string join " " -- $words[2..-1]) = "$argv"',
    'end',
    'function __waypost_in',
    '  set -l words (commandline -opc)',
    '  string match -q -- "$argv*" (string join " " -- $words[2..-1])',
    'end',
  ];
  /** The next word by the words before it, and what it is for. */
  const words = new Map<string, Map<string, string>>();
  for (const { name, summary } of commands) {
    const all = name.split(' ');
    for (const [n, word] of all.entries()) {
      const before = all.slice(0, n).join(' ');
      const known = words.get(before) ?? new Map<string, string>();
      if (n === all.length - 1) known.set(word, summary);
      else if (!known.has(word)) known.set(word, `${all.slice(0, n + 1).join(' ')} …`);
      words.set(before, known);
    }
  }
  for (const [before, known] of words) {
    const typed = quote(`__waypost_typed ${before}`.trimEnd());
    for (const [word, text] of known)
      lines.push(`complete -c waypost -f -n ${typed} -a ${word} -d ${quote(text)}`);
  }
  for (const { name, flags } of commands) {
    for (const [flag, help] of flags)
      lines.push(`complete -c waypost -n ${quote(`__waypost_in ${name}`)} -l ${flag} -d ${quote(help)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What may come next after the words that were typed. */
function places(commands: readonly Command[]): Map<string, string[]> {
  const next = new Map<string, string[]>([['', []]]);
  const add = (typed: string, word: string) => {
    const words = next.get(typed) ?? [];
    if (!words.includes(word)) words.push(word);
    next.set(typed, words);
  };
  for (const { name, flags } of commands) {
    const words = name.split(' ');
    for (const [n, word] of words.entries()) add(words.slice(0, n).join(' '), word);
    for (const [flag] of flags) add(name, `--${flag}`);
  }
  return next;
}
