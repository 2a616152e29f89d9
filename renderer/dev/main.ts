/** The harness' entry: puts the fake bridge on the window, then starts the renderer as the product does. */
import { createFakeBridge } from './fake-bridge.ts';

const options = new URLSearchParams(location.search);
window.bridge = createFakeBridge({
  signedIn: !options.has('signed-out'),
  firstRun: options.has('first-run'),
  connection: options.get('connection') ?? 'live',
  theme: options.get('theme') === 'dark' ? 'dark' : 'light',
  density: options.get('density') === 'compact' ? 'compact' : 'comfortable',
  grouping: options.get('grouping') ?? 'queues',
  quiet: options.has('quiet'),
  cards: Number(options.get('cards') ?? 126),
});
await import('../main.tsx');
