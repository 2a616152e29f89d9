/** `safeStorage` in Chromium's format for Linux: AES with a password from the keyring; unavailable without one. */
import { createCipheriv, createDecipheriv, pbkdf2Sync } from 'node:crypto';
import type { Desktop } from '../desktop.ts';

const marker = Buffer.from('v11');
const vector = Buffer.alloc(16, ' ');

export function createSafeStorage(desktop: Desktop) {
  function key(): Buffer {
    const password = desktop.keyringPassword();
    if (password === null) throw new Error('Encryption is not available.');
    return pbkdf2Sync(password, 'saltysalt', 1, 16, 'sha1');
  }
  return {
    isEncryptionAvailable: () => desktop.keyringPassword() !== null,
    getSelectedStorageBackend: () => (desktop.keyringPassword() === null ? 'basic_text' : 'gnome_libsecret'),
    encryptString: (text: string): Buffer => {
      const cipher = createCipheriv('aes-128-cbc', key(), vector);
      return Buffer.concat([marker, cipher.update(text, 'utf8'), cipher.final()]);
    },
    decryptString: (encrypted: Buffer): string => {
      if (!encrypted.subarray(0, marker.length).equals(marker))
        throw new Error('Not encrypted by safeStorage.');
      const decipher = createDecipheriv('aes-128-cbc', key(), vector);
      return Buffer.concat([decipher.update(encrypted.subarray(marker.length)), decipher.final()]).toString(
        'utf8',
      );
    },
  };
}
