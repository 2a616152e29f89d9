/** The app's mark: a card on its way between lanes. */
import css from './brand-mark.module.css';

export const BrandMark = ({ size }: { size: number }) => (
  <svg className={css.mark} width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect className={css.ground} width="32" height="32" rx="8" />
    <g className={css.lanes}>
      <rect x="5.5" y="6.5" width="5.5" height="19" rx="1.7" />
      <rect x="13.25" y="6.5" width="5.5" height="19" rx="1.7" />
      <rect x="21" y="6.5" width="5.5" height="19" rx="1.7" />
    </g>
    <g className={css.cards}>
      <rect x="6.5" y="7.6" width="3.5" height="3.6" rx="0.9" />
      <rect x="22" y="7.6" width="3.5" height="3.6" rx="0.9" />
      <rect x="10.6" y="13.4" width="9.4" height="6" rx="1.5" transform="rotate(-8 15.3 16.4)" />
    </g>
    <circle className={css.dot} cx="13.1" cy="16.9" r="1.15" />
  </svg>
);
