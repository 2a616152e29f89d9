/** The command `npm run server`: starts the server, prints one JSON line and stops on SIGTERM. */
import { readOptions, usage } from './options.ts';
import { startServer } from './server.ts';
import type { ServerAddress } from './server.ts';

async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  const server = await startServer(options);
  const { url, accountId, tokens, controlUrl } = server;
  const address: ServerAddress = { url, accountId, tokens, controlUrl };
  process.stdout.write(`${JSON.stringify(address)}\n`);
  const stop = (): void => {
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
