/** Buttons: plain, accent, quiet and link looks; icon buttons carry their name and a tooltip. */
import { Tooltip } from '@base-ui/react/tooltip';
import type { ComponentProps, ReactNode } from 'react';
import css from './controls.module.css';

type ButtonProps = ComponentProps<'button'> & {
  look?: 'plain' | 'accent' | 'quiet' | 'link';
  size?: 'normal' | 'small';
};

export const Button = ({ look = 'plain', size = 'normal', className, ...rest }: ButtonProps) => (
  <button
    type="button"
    data-look={look}
    data-size={size}
    {...rest}
    className={[css.button, className].filter(Boolean).join(' ')}
  />
);

type IconButtonProps = Omit<ButtonProps, 'children'> & { label: string; tip?: string; children: ReactNode };

export const IconButton = ({
  label,
  tip,
  look = 'quiet',
  size = 'normal',
  className,
  ...rest
}: IconButtonProps) => (
  <Tip text={tip ?? label}>
    <button
      type="button"
      aria-label={label}
      data-look={look}
      data-size={size}
      {...rest}
      className={[css.button, css.icon, className].filter(Boolean).join(' ')}
    />
  </Tip>
);

/** A tooltip around one focusable element. */
export const Tip = ({ text, children }: { text: string; children: React.ReactElement }) => (
  <Tooltip.Root>
    <Tooltip.Trigger render={children as React.ReactElement<Record<string, unknown>>} />
    <Tooltip.Portal>
      <Tooltip.Positioner sideOffset={6} className={css.positioner}>
        <Tooltip.Popup className={css.tip}>{text}</Tooltip.Popup>
      </Tooltip.Positioner>
    </Tooltip.Portal>
  </Tooltip.Root>
);

export const Kbd = ({ children }: { children: string }) => (
  <kbd className={css.kbd} aria-hidden="true">
    {children}
  </kbd>
);
