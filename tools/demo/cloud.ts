import { type Endpoints, runningEndpoints, stateFolder } from '../../offline/endpoints.ts';
import { startOffline } from '../../offline/testing/offline.ts';

/** The local cloud that the story takes place in. */
export interface Cloud {
  readonly endpoints: Endpoints;
  readonly isOwn: boolean;
  /** Ends a cloud of our own, and leaves any other alone. */
  stop(): Promise<unknown>;
}

/** The cloud that runs already, or one that is started on free ports; `onStart` is called before the latter. */
export async function openCloud(root: string, onStart: () => void): Promise<Cloud> {
  const running = await runningEndpoints(stateFolder(root)).catch(() => undefined);
  if (running) return { endpoints: running, isOwn: false, stop: async () => {} };
  onStart();
  // Where npm start builds, so that the next start of either has little to build.
  const { endpoints, stop } = await startOffline({ folder: root, build: '.offline/build' });
  return { endpoints, isOwn: true, stop };
}
