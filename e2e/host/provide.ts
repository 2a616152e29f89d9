/** Answers `import 'electron'` and `require('electron')` in the main thread with the stand-in. */
import { registerHooks } from 'node:module';

const address = 'standin:electron';
const names = new Set(['electron', 'electron/main', 'electron/common']);

/** Both module systems get one and the same object. */
export function provideElectron(electron: object): void {
  const key = '__electron_stand_in';
  Object.defineProperty(globalThis, key, { value: electron });
  const members = Object.keys(electron).map((name) => `export const ${name} = electron.${name};`);
  registerHooks({
    resolve: (specifier, context, next) => {
      if (!names.has(specifier)) return next(specifier, context);
      const required = context.conditions.includes('require') && !context.conditions.includes('import');
      return {
        url: required ? `${address}.cjs` : address,
        format: required ? 'commonjs' : 'module',
        shortCircuit: true,
      };
    },
    load: (url, context, next) => {
      if (url === `${address}.cjs`) {
        return { format: 'commonjs', source: `module.exports = globalThis.${key};`, shortCircuit: true };
      }
      if (url === address) {
        const source = [`const electron = globalThis.${key};`, 'export default electron;', ...members].join(
          '\n',
        );
        return { format: 'module', source, shortCircuit: true };
      }
      return next(url, context);
    },
  });
}
