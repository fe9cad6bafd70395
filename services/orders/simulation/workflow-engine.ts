import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import * as sdk from '@aws-sdk/client-sfn';
import type { Outcome } from '../../../offline/lambda/instance.ts';
import { type StepFunctions, startStepFunctions } from '../../../offline/services/step-functions/index.ts';
import { openStore } from '../../../offline/store.ts';
import { parseYaml } from '../../../tools/cloudformation-yaml.ts';
import type { Command } from './commands.ts';
import { noAnswer } from './network.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '000000000000';
const ID_LENGTH = 26;
const FUNCTION_PREFIX = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:`;
export const STATE_MACHINE_ARN = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:order-processing`;

/** The state machine in the text of its file, with functions by ARNs that end in their keys. */
export function definitionIn(yaml: string): string {
  return JSON.stringify(parseYaml(yaml), (_, value: unknown) => {
    const target = (value as { 'Fn::GetAtt'?: readonly string[] } | null)?.['Fn::GetAtt'];
    return target ? FUNCTION_PREFIX + target[0] : value;
  });
}

/** Runs a function by its key. */
export type Invoke = (functionKey: string, payload: unknown) => Promise<Outcome>;

/** Step Functions with the order workflow, which can be killed and goes on from its store. */
export class WorkflowEngine {
  readonly #store = openStore(undefined);
  readonly #start: () => StepFunctions;
  #engine: StepFunctions;
  #isUp = true;
  /** Orders for which an execution was begun while another one ran. */
  readonly crowded = new Set<string>();

  constructor(world: { time: VirtualTime; random: Random; invoke: Invoke }) {
    const { time, random, invoke } = world;
    this.#start = () =>
      startStepFunctions({
        region: REGION,
        store: this.#store,
        clock: time,
        random: random.next,
        invoke: (arn, payload) => invoke(arn.slice(FUNCTION_PREFIX.length), payload),
        aws() {
          throw new Error('The workflow calls functions only.');
        },
      });
    this.#engine = this.#start();
    this.#engine.resume();
  }

  async create(definition: string): Promise<void> {
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/workflow`;
    await this.#call('CreateStateMachine', { name: 'order-processing', definition, roleArn });
  }

  /** What the SDK's client does with a command. */
  async send(command: Command): Promise<object> {
    if (!this.#isUp) throw noAnswer();
    const before = this.running();
    const answer = await this.#call(command.constructor.name.replace(/Command$/, ''), command.input);
    const begun = this.running()
      .find((name) => !before.includes(name))
      ?.slice(0, ID_LENGTH);
    if (begun && before.some((name) => name.startsWith(begun))) this.crowded.add(begun);
    return answer;
  }

  /** Names of the executions that run, the newest first. */
  running(): readonly string[] {
    const all = this.#engine.executions(1_000);
    return all.filter(({ status }) => status === 'RUNNING').map(({ name }) => name);
  }

  async abort(execution: string): Promise<void> {
    const executionArn = `${STATE_MACHINE_ARN.replace(':stateMachine:', ':execution:')}:${execution}`;
    await this.#call('StopExecution', { executionArn });
  }

  /** Whether it was up. */
  kill(): boolean {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#engine.stop();
    return wasUp;
  }

  resume(): void {
    this.#engine = this.#start();
    this.#engine.resume();
    this.#isUp = true;
  }

  close(): void {
    this.kill();
    this.#store.close();
  }

  /** One request to the API, without a network. */
  async #call(operation: string, input: object): Promise<object> {
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    const request = Object.assign(Readable.from([JSON.stringify(input)]), { headers });
    const { status, body } = await new Promise<{ status: number; body: string }>((resolve) => {
      let code = 0;
      const response = {
        headersSent: false,
        setHeader: () => response,
        writeHead(given: number) {
          code = given;
          return response;
        },
        end: (text: string) => resolve({ status: code, body: text }),
      };
      this.#engine.api.handle(
        request as unknown as IncomingMessage,
        response as unknown as ServerResponse,
        operation,
      );
    });
    const output = JSON.parse(body) as { __type?: string; message?: string };
    if (status === 200) return output;
    throw exception(output.__type ?? '', output.message ?? '', status);
  }
}

const EXCEPTIONS = [
  sdk.ExecutionAlreadyExists,
  sdk.ExecutionDoesNotExist,
  sdk.InvalidToken,
  sdk.TaskDoesNotExist,
  sdk.TaskTimedOut,
] as const;

function exception(name: string, message: string, httpStatusCode: number): Error {
  const $metadata = { httpStatusCode, attempts: 1, totalRetryDelay: 0 };
  const Exception = EXCEPTIONS.find((each) => each.name === name);
  if (Exception) return new Exception({ message, $metadata });
  return new sdk.SFNServiceException({ name, $fault: 'client', message, $metadata });
}
