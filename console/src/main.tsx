import { render } from 'preact';
import { apiOf } from './api.ts';
import type { Frame } from './frame.ts';
import { type StreamListener, startModel } from './model.ts';
import { Page } from './page.tsx';

const AGAIN_AFTER_MS = 2_000;

/** A browser opens the stream again by itself when it ends, but not when it was refused. */
function open({ onFrame, onLost }: StreamListener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    source = new EventSource('/console/api/stream');
    source.onmessage = ({ data }: MessageEvent<string>) => onFrame(JSON.parse(data) as Frame);
    source.onerror = () => {
      onLost();
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(begin, AGAIN_AFTER_MS);
    };
  };
  begin();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

const now = () => Date.now();
const model = startModel({
  api: apiOf({ origin: location.origin, fetch: (...request) => fetch(...request), now }),
  now,
  open,
  connect: (url, protocols) => new WebSocket(url, protocols),
  every: (milliseconds, work) => setInterval(work, milliseconds),
});
const showWhenSeen = () => model.show(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', showWhenSeen);
showWhenSeen();

const root = document.getElementById('page');
if (root) {
  root.replaceChildren();
  render(<Page model={model} />, root);
  performance.mark('drawn');
}
