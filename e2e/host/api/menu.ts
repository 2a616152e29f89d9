/** `Menu`: the application menu as data, clickable from tests. */

export type MenuItemOptions = {
  id?: string;
  label?: string;
  role?: string;
  type?: string;
  accelerator?: string;
  enabled?: boolean;
  checked?: boolean;
  click?: (item: object, window: object | undefined, event: object) => void;
  submenu?: MenuItemOptions[];
};

export type StandInMenuItem = {
  id: string;
  label: string;
  role: string | undefined;
  accelerator: string | undefined;
  enabled: boolean;
  checked: boolean;
  submenu: StandInMenu | undefined;
  click: () => void;
};
export type StandInMenu = {
  items: StandInMenuItem[];
  getMenuItemById: (id: string) => StandInMenuItem | null;
};

export function createMenu(focusedWindow: () => object | null) {
  let applicationMenu: StandInMenu | null = null;

  function build(template: readonly MenuItemOptions[]): StandInMenu {
    const items = template.map((options): StandInMenuItem => ({
      id: options.id ?? '',
      label: options.label ?? options.role ?? '',
      role: options.role,
      accelerator: options.accelerator,
      enabled: options.enabled ?? true,
      checked: options.checked ?? false,
      submenu: options.submenu ? build(options.submenu) : undefined,
      click() {
        if (this.enabled) options.click?.(this, focusedWindow() ?? undefined, {});
      },
    }));
    const find = (id: string): StandInMenuItem | null => {
      for (const item of items) {
        const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
        if (found) return found;
      }
      return null;
    };
    return { items, getMenuItemById: find };
  }

  return {
    buildFromTemplate: (template: readonly MenuItemOptions[]) => build(template),
    setApplicationMenu: (menu: StandInMenu | null) => {
      applicationMenu = menu;
    },
    getApplicationMenu: () => applicationMenu,
  };
}
