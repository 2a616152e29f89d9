/** The renderer's words: one prefix, no empty ones, plurals complete. */
import { expect, test } from 'vitest';
import en from './en.json' with { type: 'json' };

test('keys have the prefix and a text', () => {
  for (const [key, text] of Object.entries(en)) {
    expect(key).toMatch(/^ui\./);
    expect(text.trim()).not.toBe('');
  }
});

test('plurals have both forms with the same things to fill in', () => {
  const fields = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]);
  const words: Record<string, string> = en;
  for (const key of Object.keys(words).filter((one) => one.endsWith('_one'))) {
    const other = words[key.replace(/_one$/, '_other')];
    expect(other, key).toBeDefined();
    expect(new Set([...fields(words[key] ?? ''), 'count'])).toEqual(
      new Set([...fields(other ?? ''), 'count']),
    );
  }
});
