/** Many judgements of one action as one: a single hint, a single chooser with counts. */
import type { Choice, Judgement, Words } from '../../../contract/model.ts';
import { words } from './names.ts';

type Outcome = Judgement['outcome'];

const same = (a: Words, b: Words): boolean =>
  a.key === b.key && JSON.stringify(a.params) === JSON.stringify(b.params);

/** Each of the words once, in order of appearance. */
const distinct = (all: readonly Words[]): Words[] =>
  all.reduce<Words[]>((kept, one) => (kept.some((other) => same(one, other)) ? kept : [...kept, one]), []);

/** The words themselves where all say the same about everything; else their form with counts. */
const counted = (some: readonly Words[], total: number): Words | null => {
  const [first, ...others] = distinct(some);
  if (!first) return null;
  if (others.length === 0 && some.length === total) return first;
  const key = others.every((one) => one.key === first.key) ? MANY[first.key] : undefined;
  return words(key ?? 'many.other', { ...first.params, count: some.length, total });
};

const MANY: Record<string, string> = {
  'hint.willBeUnassigned': 'many.willBeUnassigned',
  'hint.assignsAutomatically': 'hint.assignsAutomatically',
  'hint.mayAssignAgain': 'hint.mayAssignAgain',
  'hint.membershipChecked': 'many.membershipChecked',
  'hint.asksFirst': 'many.asksFirst',
  'refuse.final': 'many.final',
  'refuse.left': 'refuse.left',
  'refuse.teamGone': 'refuse.teamGone',
  'refuse.notInInbox': 'many.notInInbox',
  'refuse.notInTeam': 'refuse.notInTeam',
};

const mergeChoices = (asking: readonly Extract<Judgement, { outcome: 'asks-first' }>[]): Choice[] => {
  const counts = new Map<string, { choice: Choice; count: number }>();
  for (const { choices } of asking) {
    for (const choice of choices) {
      const key = JSON.stringify(choice.action);
      const seen = counts.get(key);
      if (seen) seen.count += 1;
      else counts.set(key, { choice, count: 1 });
    }
  }
  return [...counts.values()].map(({ choice, count }) => ({
    action: choice.action,
    words:
      count === 1
        ? choice.words
        : words(choice.words.key === 'choice.inTeam' ? 'choice.many.inTeam' : 'choice.many.removeTeam', {
            ...choice.words.params,
            count,
          }),
  }));
};

/**
 * One judgement for all. The chooser's counts are of the conversations that ask; its action is to be
 * submitted for those, the others go as they are.
 */
export const summarise = (judgements: readonly Judgement[]): Judgement => {
  const [first] = judgements;
  if (!first) return { outcome: 'refuses', words: words('changed.gone') };
  if (judgements.length === 1) return first;
  const total = judgements.length;
  const of = <O extends Outcome>(outcome: O) =>
    judgements.filter((one): one is Extract<Judgement, { outcome: O }> => one.outcome === outcome);
  const refused = of('refuses');
  const here = of('already-here');
  const asking = of('asks-first');
  const unknown = of('unknown');
  const but = of('accepts-but');

  const refusal = counted(
    refused.map((one) => one.words),
    total,
  );
  if (refused.length === total && refusal) return { outcome: 'refuses', words: refusal };
  if (refused.length + here.length === total) {
    return here.length === total
      ? {
          outcome: 'already-here',
          words:
            counted(
              here.map((one) => one.words),
              total,
            ) ?? first.words,
        }
      : { outcome: 'refuses', words: refusal ?? first.words };
  }
  const butWords = counted(
    but.map((one) => one.words),
    total,
  );
  const unknownWords = counted(
    unknown.map((one) => one.words),
    total,
  );
  const warnings = distinct([
    ...(refusal ? [refusal] : []),
    ...judgements.flatMap((one) => ('warnings' in one ? one.warnings : [])),
  ]);
  const also = (...more: (Words | null)[]) => distinct([...more.filter((one) => one !== null), ...warnings]);
  const asks = counted(
    asking.map((one) => one.words),
    total,
  );
  if (asks)
    return {
      outcome: 'asks-first',
      words: asks,
      choices: mergeChoices(asking),
      warnings: also(unknownWords, butWords),
    };
  if (unknownWords) return { outcome: 'unknown', words: unknownWords, warnings: also(butWords) };
  if (butWords) return { outcome: 'accepts-but', words: butWords, warnings };
  if (refusal)
    return {
      outcome: 'accepts-but',
      words: refusal,
      warnings: warnings.filter((one) => !same(one, refusal)),
    };
  return { outcome: 'accepts', words: words('hint.accepts'), warnings };
};
