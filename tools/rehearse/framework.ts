import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { CREDENTIALS, REGION } from './emulator.ts';

/** What a command of the framework ended with. */
export interface CommandEnd {
  readonly code: number | null;
  /** Both streams in the order of their coming, without colours. */
  readonly output: string;
}

export interface Framework {
  /** Runs `sls <command…> --stage rehearsal`, as an operator would. */
  run(...command: string[]): Promise<CommandEnd>;
}

export interface FrameworkPlace {
  readonly root: string;
  readonly endpoint: string;
  readonly path: string;
  readonly folder: string;
  /** The file that all output is added to. */
  readonly log: string;
}

/**
 * The framework as it is installed, with nothing but an endpoint on loopback and keys that are good for nothing else:
 * no profile, file or variable of the user's can lead a command to an account in AWS.
 */
export function openFramework(place: FrameworkPlace, signal: AbortSignal): Framework {
  const env = {
    PATH: place.path,
    HOME: place.folder,
    TMPDIR: place.folder,
    AWS_ENDPOINT_URL: place.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {
    async run(...command) {
      const child = spawn('sls', [...command, '--stage', 'rehearsal'], {
        cwd: place.root,
        env,
        signal,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += stripVTControlCharacters(text);
        });
      }
      const [code] = (await once(child, 'close')) as [number | null];
      appendFileSync(place.log, `$ sls ${command.join(' ')}\n${output}\n`);
      return { code, output };
    },
  };
}

/** The lines of an output that say what went wrong, or its end. */
export function complaintOf(output: string): string {
  const [, complaint] = output.split(/^Error:$/m);
  return (complaint ?? output)
    .trim()
    .split('\n')
    .slice(complaint ? 0 : -5, complaint ? 3 : undefined)
    .join(' ');
}
