import { defineCommand, UsageError } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { withLocalServer } from '../local/connect.ts';
import { addressList } from './group-add.ts';
import { changeRules, ruleUser, showRules } from './rules-of.ts';

const list = (help: string) => ({ type: 'string', value: 'LIST', help }) as const;

export const ruleAdd = defineCommand({
  name: 'rule add',
  summary: 'add an inbox rule to those of a user, as the last one',
  details:
    'From flags, or from a file with everything a rule can say (docs/rules.md): {"name": "Reports", "conditions":\n' +
    '{"containsSubjectStrings": ["report"]}, "exceptions": {"sentToMe": true}, "actions": {"moveToFolder": "Reports"}}.\n' +
    'Texts of a list are separated by commas; any of them is enough.',
  positionals: [ruleUser],
  flags: {
    file: {
      type: 'string',
      value: 'FILE',
      help: 'the rule, or a list of them, as JSON; - reads standard input',
    },
    name: { type: 'string', value: 'TEXT', help: 'its name' },
    from: list('addresses that wrote it'),
    to: list('addresses it is for'),
    subject: list('texts of the subject'),
    body: list('texts of the body'),
    header: list('texts of the header'),
    'to-me': { type: 'boolean', help: 'the user stands in To' },
    'has-attachments': { type: 'boolean', help: 'there are files' },
    except: list('texts of the subject with which the rule does not apply'),
    move: { type: 'string', value: 'FOLDER', help: 'move it there: an id, or names with / between' },
    copy: { type: 'string', value: 'FOLDER', help: 'put a copy there' },
    category: list('give it these categories'),
    'mark-read': { type: 'boolean', help: 'mark it as read' },
    flag: { type: 'boolean', help: 'flag it for follow-up' },
    importance: { type: 'string', value: 'LEVEL', help: 'low, normal or high' },
    forward: list('forward it to these addresses'),
    redirect: list('redirect it to these addresses'),
    delete: { type: 'boolean', help: 'move it to Deleted Items' },
    stop: { type: 'boolean', help: 'run no rule after this one' },
  },
  examples: [
    'waypost rule add ann@example.test --name Reports --subject report,figures --move Reports --mark-read',
    'waypost rule add ann@example.test --file rule.json',
  ],
  async run({ args: [user = ''], flags, out }) {
    const { file } = flags;
    const built = fromFlags(flags);
    const parts = [built.conditions, built.exceptions, built.actions];
    const other = flags.name !== undefined || parts.some((part) => Object.keys(part).length > 0);
    if (file !== undefined && other) throw new UsageError('give a file or other flags', 'rule add');
    if (file === undefined && flags.name === undefined) throw new UsageError('missing --name', 'rule add');
    const rules = file === undefined ? built : await readJsonFile(file);
    const added = Array.isArray(rules) ? rules : [rules];
    const set = await withLocalServer(({ admin }) =>
      changeRules(admin, user, (rules) => [...rules, ...added]),
    );
    out.result(set, () => showRules(out, set));
  },
});

type Flags = Record<string, string | boolean | undefined>;

function fromFlags(flags: Flags) {
  const texts = (name: string) => {
    const value = flags[name];
    return typeof value === 'string' ? addressList(value) : undefined;
  };
  return {
    name: flags['name'],
    conditions: given({
      fromAddresses: texts('from'),
      sentToAddresses: texts('to'),
      containsSubjectStrings: texts('subject'),
      containsBodyStrings: texts('body'),
      containsHeaderStrings: texts('header'),
      sentToMe: flags['to-me'],
      hasAttachments: flags['has-attachments'],
    }),
    exceptions: given({ containsSubjectStrings: texts('except') }),
    actions: given({
      moveToFolder: flags['move'],
      copyToFolder: flags['copy'],
      assignCategories: texts('category'),
      markAsRead: flags['mark-read'],
      flag: flags['flag'],
      markImportance: flags['importance'],
      forwardToRecipients: texts('forward'),
      redirectToRecipients: texts('redirect'),
      delete: flags['delete'],
      stopProcessingRules: flags['stop'],
    }),
  };
}

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== false),
  );
}
