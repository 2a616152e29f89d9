/** What a lane says while cards are in the air, for the eye and for the ear. */
import type { Judgement, Words } from '../../contract/model.ts';
import type { Hint } from '../bridge/window-state.ts';
import type { Translate } from '../ui/strings.ts';

export type HintText = { outcome: Judgement['outcome']; text: string; warnings: readonly string[] };

/** The judgement of one lane as text; a plain "accepts" has no words of its own and gets those of its action. */
export const hintText = (
  say: (words: Words) => string,
  { judgement, action }: Hint,
  label: (action: NonNullable<Hint['action']>) => Words,
): HintText => ({
  outcome: judgement.outcome,
  text: say(judgement.words) || (action ? say(label(action)) : ''),
  warnings: 'warnings' in judgement ? judgement.warnings.map(say) : [],
});

/** "Sara, 3 of 5, allowed." or "Tom is not in team Billing. Choose." */
export const overWords = (t: Translate, lane: string, load: string | null, hint: HintText | null): string => {
  const place = load === null ? lane : `${lane}, ${load}`;
  if (!hint) return t('ui.announce.overUnknown', { place });
  const warnings = hint.warnings.length > 0 ? ` ${hint.warnings.join(' ')}` : '';
  switch (hint.outcome) {
    case 'accepts':
      return t('ui.announce.overAllowed', { place }) + warnings;
    case 'asks-first':
    case 'accepts-but':
    case 'unknown':
    case 'already-here':
    case 'refuses':
      return t('ui.announce.overWords', { place, words: hint.text }) + warnings;
  }
};
