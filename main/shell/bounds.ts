/** Where the window was left, if that place is still on a screen. */
import { z } from 'zod';
import type { Bounds } from './electron.ts';

export const placementSchema = z.object({
  bounds: z.object({
    x: z.number().int(),
    y: z.number().int(),
    width: z.number().int(),
    height: z.number().int(),
  }),
  maximized: z.boolean(),
});
export type Placement = z.infer<typeof placementSchema>;

export const MIN_SIZE = { width: 720, height: 480 };
export const FIRST_SIZE = { width: 1440, height: 900 };

/** At least this much of the window must be visible for its title bar to be found. */
const VISIBLE = 120;

/** The remembered bounds fitted to the screens of today; without a position where they are on none. */
export function fitBounds(remembered: Placement | null, workAreas: readonly Bounds[]): Partial<Bounds> {
  if (!remembered) return FIRST_SIZE;
  const { x, y, width, height } = remembered.bounds;
  const size = { width: Math.max(width, MIN_SIZE.width), height: Math.max(height, MIN_SIZE.height) };
  const visible = workAreas.some((area) => {
    const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
    return across >= VISIBLE && y >= area.y && y <= area.y + area.height - VISIBLE;
  });
  return visible ? { x, y, ...size } : size;
}
