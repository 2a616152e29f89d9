/** `screen`: one display. */

const bounds = { x: 0, y: 0, width: 1920, height: 1080 };
const display = { id: 1, bounds, workArea: bounds, scaleFactor: 1 };

export function createScreen() {
  return {
    getPrimaryDisplay: () => display,
    getAllDisplays: () => [display],
    getDisplayMatching: () => display,
  };
}
