/** Keeps tokens encrypted by the system's keyring; without one, in memory only. Never plain on disk. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../core/ports.ts';
import { putAside, setAside, type TellNotice } from './keep.ts';

/** The part of `safeStorage` that is used. */
export type Vault = {
  isEncryptionAvailable: () => boolean;
  encryptString: (text: string) => Buffer;
  decryptString: (encrypted: Buffer) => string;
};

export type Secrets = {
  get: (key: string) => string | null;
  /** `memory-only`: it is forgotten when the app ends, and the person must be told so. */
  set: (key: string, value: string) => 'kept' | 'memory-only';
  delete: (key: string) => void;
};

/** Key -> encrypted value, base64. */
const fileSchema = z.record(z.string(), z.string());

/** Damage is told; whoever needs a token that is lost asks the person to sign in. */
export function createSecrets(folder: string, vault: Vault, log: Log, tell: TellNotice): Secrets {
  const file = join(folder, 'secrets.json');
  const memory = new Map<string, string>();

  function read(): Record<string, string> {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      const damaged = error instanceof SyntaxError || error instanceof z.ZodError;
      if (damaged) moveAway();
      else if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn('secrets could not be read', { error: String(error) });
      return {};
    }
  }

  function moveAway(): void {
    try {
      log.warn('the secrets were damaged', { aside: putAside(folder, 'secrets', new Date()) });
      tell('damaged:secrets', { key: 'files.secrets-damaged', params: {} });
    } catch (error) {
      log.warn('secrets could not be set aside', { error: String(error) });
    }
  }

  /** All of it or nothing: a full disk must not cost the tokens that were there. */
  function write(content: Record<string, string>): void {
    writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  return {
    get: (key) => {
      const remembered = memory.get(key);
      if (remembered !== undefined) return remembered;
      const encrypted = read()[key];
      if (encrypted === undefined || !vault.isEncryptionAvailable()) return null;
      try {
        return vault.decryptString(Buffer.from(encrypted, 'base64'));
      } catch (error) {
        // Another keyring, or a damaged file: signing in again is the way out.
        log.warn('a secret could not be decrypted', { key, error: String(error) });
        return null;
      }
    },
    set: (key, value) => {
      if (!vault.isEncryptionAvailable()) {
        memory.set(key, value);
        return 'memory-only';
      }
      try {
        write({ ...read(), [key]: vault.encryptString(value).toString('base64') });
      } catch (error) {
        log.warn('a secret could not be written', { error: String(error) });
        memory.set(key, value);
        return 'memory-only';
      }
      memory.delete(key);
      return 'kept';
    },
    delete: (key) => {
      memory.delete(key);
      for (const aside of setAside(folder, 'secrets')) rmSync(join(folder, aside));
      const content = read();
      if (!(key in content)) return;
      delete content[key];
      write(content);
    },
  };
}
