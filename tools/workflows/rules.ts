import { load } from 'js-yaml';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What steps run: commands that run here as well. */
const COMMANDS = /^(npm ci|npm run [^;&|]+|npx sls [^;&|]+|bash \.ci\/run)$/;

/** What only GitHub's machines can run, and why it is no script. */
const EXCEPTIONS: readonly { readonly line: RegExp; readonly why: string }[] = [
  {
    line: /^parameters=\$\(npm run [^;&|)]+\)$/,
    why: 'a script whose failure ends the step, which it would not do within echo',
  },
  { line: /^echo "parameters=\$parameters" >> "\$GITHUB_OUTPUT"$/, why: 'hands it to the next steps' },
  {
    line: /^echo "[^"`$]*\$ENVIRONMENT[^"`$]*" >> "\$GITHUB_STEP_SUMMARY"$/,
    why: 'says why nothing was done',
  },
  { line: /^gh (run download|pr comment) [^;&|]+$/, why: 'asks GitHub, which knows the pull request' },
];

/**
 * What is wrong with a workflow by our own rules: actions pinned by commit, tokens that may do little and stay where they
 * are, an end to every job, no text of others in shell commands, and steps that run here too.
 *
 * @param text the workflow's file
 */
export function problemsOf(text: string): string[] {
  const { on, permissions, jobs } = load(text) as Workflow;
  return [
    ...unpinned(text),
    ...(/\bsecrets\./.test(text) ? ['takes a secret: roles are taken by OIDC'] : []),
    ...(/pull_request_target|workflow_run/.test(JSON.stringify(on))
      ? ['is started by pull_request_target or workflow_run, with rights that code of others could use']
      : []),
    ...(mayWrite(permissions) ? ['gives all jobs a right to write, or says nothing of rights'] : []),
    ...Object.entries(jobs).flatMap(([name, job]) =>
      jobProblems(job).map((problem) => `${name}: ${problem}`),
    ),
  ];
}

const mayWrite = (permissions: unknown) =>
  permissions === undefined || /write/.test(JSON.stringify(permissions));

/** An action of another repository stands with the commit and, for people and Dependabot, the version. */
function unpinned(text: string): string[] {
  return [...text.matchAll(/uses: *(.+)$/gm)]
    .map(([, action = '']) => action)
    .filter((action) => !action.startsWith('./') && !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))
    .map((action) => `${action} is not pinned by a commit with its version behind it`);
}

function jobProblems({ permissions, steps, ...job }: Job): string[] {
  return [
    ...(/write-all|read-all/.test(String(permissions)) ? ['has all rights of a kind'] : []),
    ...(steps && !(Number(job['timeout-minutes']) > 0) ? ['has no timeout-minutes'] : []),
    ...(steps ?? []).flatMap(stepProblems),
  ];
}

function stepProblems({ uses = '', run = '', with: settings = {} }: Step): string[] {
  const lines = run.split('\n').map((line) => line.trim());
  return [
    ...(uses.startsWith('actions/checkout@') && settings['persist-credentials'] !== false
      ? ['checks out without persist-credentials: false']
      : []),
    ...(run.includes('${{') ? ['puts an expression into a command: give it by env'] : []),
    ...lines
      .filter((line) => line !== '' && !COMMANDS.test(withoutTarget(line)))
      .filter((line) => !EXCEPTIONS.some((exception) => exception.line.test(line)))
      .map((line) => `runs what is no script: ${line}`),
  ];
}

/** Output may go into a file, or into the summary. */
const withoutTarget = (line: string) => line.replace(/ >>? ("\$GITHUB_STEP_SUMMARY"|[\w.-]+)$/, '');
