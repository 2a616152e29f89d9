/** The application menu, chosen from as a person does. */
import type { ElectronApplication } from '@playwright/test';

/** Chooses the item with this id, at whatever depth. */
export const chooseInMenu = (electron: ElectronApplication, id: string): Promise<void> =>
  electron.evaluate(({ Menu }, item) => {
    Menu.getApplicationMenu()?.getMenuItemById(item)?.click();
  }, id);
