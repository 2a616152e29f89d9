/** A full-width view: heading, what it is about, its content. */
import type { ReactNode } from 'react';
import css from './page.module.css';
import controls from './controls.module.css';

type PageProps = {
  title: string;
  subtitle?: ReactNode;
  end?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
};

export const Page = ({ title, subtitle, end, narrow = false, children }: PageProps) => (
  <div className={css.page}>
    <div className={css.head}>
      <h1 className={css.title} tabIndex={-1}>
        {title}
      </h1>
      {subtitle !== undefined && <p className={css.subtitle}>{subtitle}</p>}
      {end && <div className={css.headEnd}>{end}</div>}
    </div>
    <div className={css.body}>
      <div className={narrow ? css.narrow : undefined}>{children}</div>
    </div>
  </div>
);

export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className={controls.empty}>
    <p className={controls.emptyTitle}>{title}</p>
    {children !== undefined && <p>{children}</p>}
  </div>
);
