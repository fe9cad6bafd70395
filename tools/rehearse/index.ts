import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../offline/errors.ts';
import { freePorts, LOOPBACK } from '../../offline/ports.ts';
import { startIssuer } from '../../offline/services/identity/index.ts';
import { PythonUnavailable } from '../python.ts';
import { listAccount } from './account.ts';
import { amendRoles, restoreRoles } from './amendments.ts';
import { backOfficeToken, openApi } from './api.ts';
import { proveCatalogue } from './catalogue.ts';
import { openClients } from './clients.ts';
import { Ended, proveDeploy, proveRemoval, proveRollback, proveUpdate } from './deploys.ts';
import { CREDENTIALS, REGION, startEmulator } from './emulator.ts';
import { openFramework } from './framework.ts';
import { installEmulator } from './install.ts';
import { proveInvocations } from './invocations.ts';
import { notHeldOf } from './not-held.ts';
import { proveOrders } from './orders.ts';
import { provePermissions } from './permissions.ts';
import { type Rehearsal, startProofs } from './rehearsal.ts';
import { report } from './report.ts';
import { startTlsFront } from './tls-front.ts';
import { proveUploads } from './uploads.ts';

const HELP = `Deploys the whole application to an account on loopback, proves it end to end, updates it, lets an update fail, and removes it.

Usage: npm run rehearse -- [options]

  --keep             leaves the application deployed and the account running, until ctrl-C
  --skip-if-missing  ends well, with a line that says so, where Python cannot install the account's emulator
  --help             shows this
`;

const root = join(import.meta.dirname, '../..');

function readOptions() {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      'skip-if-missing': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

/** Everything from the first deploy to the removal; prints the report and answers whether all was proven. */
async function rehearse(rehearsal: Rehearsal, keep: boolean): Promise<boolean> {
  const { clients, endpoint, proofs } = rehearsal;
  const before = await listAccount(clients);
  const first = await proveDeploy(rehearsal);
  await amendRoles(clients, first);
  const api = openApi(endpoint, first);
  const token = await backOfficeToken(endpoint, clients, first);
  await proveCatalogue(rehearsal, api, first, token);
  await proveUploads(rehearsal, api, first, token);
  await provePermissions(rehearsal, api, first, token);

  const updated = await proveUpdate(rehearsal, token);
  await amendRoles(clients, updated.stack);
  await proveOrders(rehearsal, updated.api);
  const invocations = await proveInvocations(rehearsal, updated.stack);
  await proveRollback(rehearsal, updated.api, first.resources.UserPoolDomain ?? '');
  await restoreRoles(clients, updated.stack);
  if (!keep) await proveRemoval(rehearsal, updated.stack, before);

  console.log(`\n${report(proofs.all, invocations, notHeldOf(first.template))}`);
  return proofs.all.every(({ held }) => held);
}

async function main(): Promise<void> {
  const { help, keep, 'skip-if-missing': skipIfMissing } = readOptions();
  if (help) {
    console.log(HELP);
    return;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      process.exitCode = 128 + constants.signals[name];
      stop.abort();
    });
  }
  const { signal } = stop;
  const stops: (() => unknown)[] = [];
  try {
    console.log('Installing the emulator, once …');
    const program = await installEmulator(signal).catch((error: unknown) => {
      if (!skipIfMissing || !(error instanceof PythonUnavailable)) throw error;
      console.log(`The rehearsal is skipped: ${error.message}`);
    });
    if (program === undefined) return;

    const folder = mkdtempSync(join(tmpdir(), 'shop-rehearsal-'));
    stops.push(() => {
      // The logs of a rehearsal that failed are kept.
      if (process.exitCode !== 1) rmSync(folder, { recursive: true, force: true });
    });
    mkdirSync(join(folder, 'home'));
    const [port = 0, publicPort = 0] = await freePorts(2);
    const front = await startTlsFront(publicPort, port);
    stops.push(() => front.close());
    const endpoint = `http://${LOOPBACK}:${publicPort}`;
    const path = [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
    const emulator = await startEmulator({ program, port, publicPort, folder, path }, signal);
    stops.push(() => emulator.stop());
    const issuer = await startIssuer(0, undefined);
    stops.push(() => issuer.close());
    const log = join(folder, 'framework.log');
    console.log(`The account is at ${endpoint}; logs are in ${folder}.\n`);

    const held = await rehearse(
      {
        root,
        endpoint,
        emulator: emulator.url,
        clients: openClients(endpoint),
        framework: openFramework({ root, endpoint, path, folder: join(folder, 'home'), log }, signal),
        issuer,
        proofs: startProofs(console.log, () => performance.now(), signal),
        signal,
      },
      keep,
    );
    if (!held) process.exitCode = 1;
    if (keep) {
      const { accessKeyId, secretAccessKey } = CREDENTIALS;
      console.log(
        `\nThe application stays deployed until ctrl-C:\nexport AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${REGION} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      );
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
  } catch (error) {
    if (!signal.aborted) {
      process.exitCode = 1;
      console.error(error instanceof Ended ? `The rehearsal ends here: ${error.message}.` : messageOf(error));
    }
  } finally {
    for (const end of stops.reverse()) await end();
  }
}

await main().catch((error: unknown) => {
  const usage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(usage ? `${messageOf(error)}\n\n${HELP}` : error);
  process.exitCode = usage ? 2 : 1;
});
