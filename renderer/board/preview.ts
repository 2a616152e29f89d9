/** The picture under the pointer while dragging: the card itself, with a count when there are more. */
import css from './card.module.css';

export const drawPreview = (container: HTMLElement, element: HTMLElement, count: number): void => {
  const copy = element.cloneNode(true);
  if (!(copy instanceof HTMLElement)) return;
  copy.removeAttribute('data-conversation');
  copy.removeAttribute('data-selected');
  copy.style.width = `${element.offsetWidth}px`;
  copy.style.height = `${element.offsetHeight}px`;
  const frame = document.createElement('div');
  frame.className = css['preview'] ?? '';
  frame.append(copy);
  if (count > 1) {
    const badge = document.createElement('span');
    badge.className = css['previewCount'] ?? '';
    badge.textContent = String(count);
    frame.append(badge);
  }
  container.append(frame);
};
