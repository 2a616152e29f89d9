/** A private note as it is stored: what was written, and how far it has come. */
import { z } from 'zod';
import { noteEntrySchema, type NoteEntry } from '../../../contract/model.ts';

export const noteSchema = noteEntrySchema.extend({
  /** Times it left and may have reached the server; stored before it leaves. */
  tries: z.number().int(),
  /** The newest message on the server before it first left; what is newer may be this note. null = never left. */
  known: z.number().int().nullable(),
  /** What it became on the server. */
  message: z.number().int().nullable(),
});

export type Note = z.infer<typeof noteSchema>;

/** Not settled yet. */
export const isUnderWay = ({ state }: Note): boolean => state === 'waiting' || state === 'sending';

/** What the window is told of it. */
export const noteEntryOf = (note: Note): NoteEntry => noteEntrySchema.parse(note);

/** A server may change line ends, spaces and the form of accents. */
const plain = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim();

export const sameWords = (a: string, b: string): boolean => plain(a) === plain(b);
