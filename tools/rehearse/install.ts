import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../python.ts';

const SOURCE = 'lib/python3.*/site-packages/ministack/services/cloudformation/provisioners.py';

interface Lesson {
  readonly what: string;
  /** In a source that has it. */
  readonly mark: string;
  readonly place: RegExp;
  readonly taught: string;
}

/** What the stack asks for and the emulator does not have. */
const LESSONS: readonly Lesson[] = [
  {
    what: "a user pool's ProviderURL, which is its ProviderName with https:// before it",
    mark: '"ProviderURL"',
    place: /^( *)"ProviderName": f"(cognito-idp\.[^"]*)",$/m,
    taught: '$&\n$1"ProviderURL": f"https://$2",',
  },
  {
    what: 'alarms on metric math, which are taken for alarms on a metric',
    mark: '"MetricName": "math"',
    place: /^def _cw_metric_alarm_record\(name, props\):$/m,
    taught: `$&
    if props.get("Metrics"):
        props = {**props, "Metrics": None, "Namespace": "math", "MetricName": "math"}`,
  },
  ...[
    ['saved queries', 'AWS::Logs::QueryDefinition'],
    ['deployments of WebSocket APIs', 'AWS::ApiGatewayV2::Deployment'],
    ['responses of WebSocket routes', 'AWS::ApiGatewayV2::RouteResponse'],
  ].map(([what, type]) => ({
    what: `${what}, of which nothing is kept`,
    mark: `"${type}"`,
    place: /^ {4}"AWS::CloudWatch::Dashboard": \{$/m,
    taught: `    "${type}": {
        "create": lambda logical_id, props, stack_name: (logical_id, {}),
        "update": lambda physical_id, old_props, new_props, stack_name: (physical_id, {}),
        "delete": lambda physical_id, props: None,
    },
$&`,
  })),
];

/**
 * Installs the emulator unless it is there. Returns the path of the server that runs it.
 *
 * @throws PythonUnavailable where Python cannot install packages
 */
export async function installEmulator(signal: AbortSignal): Promise<string> {
  const environment = await installPackages(join(import.meta.dirname, 'requirements.txt'), { signal });
  const [source] = globSync(SOURCE, { cwd: environment });
  if (source === undefined) throw new Error(`The emulator has no ${SOURCE}.`);
  const file = join(environment, source);
  writeFileSync(file, taught(readFileSync(file, 'utf8')));
  return join(environment, 'bin', 'hypercorn');
}

/** The emulator's source with what it lacks; what it has stays as it is. */
export const taught = (source: string): string =>
  LESSONS.reduce((text, lesson) => {
    if (text.includes(lesson.mark)) return text;
    if (!lesson.place.test(text)) throw new Error(`The emulator cannot be taught ${lesson.what}.`);
    return text.replace(lesson.place, lesson.taught);
  }, source);
