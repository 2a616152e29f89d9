/** What a person must know about the files of this computer: what stands in the way now, and what happened once. */
import type { Notice, Words } from '../../../contract/model.ts';
import { words } from '../rules/names.ts';
import type { Trouble } from '../trouble.ts';

export type Notices = {
  /** Stands until it is ended: it is so, and dismissing it would not change that. */
  stand: (id: string, what: Words) => void;
  /** It is over. */
  end: (id: string) => void;
  /** Happened; stands until it is dismissed. */
  tell: (id: string, what: Words) => void;
  dismiss: (id: string) => void;
  list: () => Notice[];
};

/** `changed` is called whenever the list is another. */
export const createNotices = (changed: () => void): Notices => {
  const notices = new Map<string, Notice>();
  const put = (notice: Notice) => {
    if (JSON.stringify(notices.get(notice.id)) === JSON.stringify(notice)) return;
    notices.set(notice.id, notice);
    changed();
  };
  const remove = (id: string) => {
    if (notices.delete(id)) changed();
  };
  return {
    stand: (id, what) => put({ id, words: what, standing: true }),
    end: remove,
    tell: (id, what) => put({ id, words: what, standing: false }),
    dismiss: (id) => {
      if (notices.get(id)?.standing === false) remove(id);
    },
    // Both files lie on one disk: its trouble is said once.
    list: () => [...new Map([...notices.values()].map((one) => [JSON.stringify(one.words), one])).values()],
  };
};

/** What is wrong, and what to do about it. */
export const wordsOfTrouble = (trouble: Trouble, folder: string): Words =>
  words(`files.${trouble.kind}`, { folder, detail: trouble.detail });
