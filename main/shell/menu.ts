/** The application menu. Items of ours are told to the renderer, which has the same commands on keys and palette. */
import type { EventPayload } from '../../contract/ipc.ts';
import { Menu } from './electron.ts';
import type { MenuItem } from './electron.ts';

type Chosen = EventPayload<'menu'>['item'];

/** The template, apart from Electron so that it can be read in tests. */
export function menuTemplate(platform: string, choose: (item: Chosen) => void): MenuItem[] {
  const separator: MenuItem = { type: 'separator' };
  const ours = (item: Chosen, label: string, accelerator?: string): MenuItem => ({
    id: item,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => choose(item),
  });
  const about = ours('about', 'About Live Agent Supervisor');
  const settings = ours('settings', 'Settings…', 'CmdOrCtrl+,');
  const isMac = platform === 'darwin';
  const macOnly: MenuItem[] = [
    {
      label: 'Live Agent Supervisor',
      submenu: [
        about,
        separator,
        settings,
        separator,
        { role: 'services' },
        separator,
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        separator,
        { role: 'quit' },
      ],
    },
  ];
  return [
    ...(isMac ? macOnly : []),
    { label: 'File', submenu: isMac ? [{ role: 'close' }] : [settings, separator, { role: 'quit' }] },
    {
      label: 'Edit',
      submenu: [
        // Not the roles: those know typing only. The page hears the keys itself and undoes typing in a text field.
        { ...ours('undo', 'Undo', 'CmdOrCtrl+Z'), registerAccelerator: false },
        { ...ours('redo', 'Redo', isMac ? 'Shift+Cmd+Z' : 'Ctrl+Y'), registerAccelerator: false },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'View',
      submenu: [
        // The renderer hears these keys itself; naming them here too would do everything twice.
        ours('search', 'Search'),
        ours('palette', 'Command Palette'),
        separator,
        ours('outbox', 'Outbox', 'CmdOrCtrl+Shift+O'),
        ours('alerts', 'Alerts', 'CmdOrCtrl+Shift+A'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
    ...(isMac ? [] : [{ label: 'Help', submenu: [about] }]),
  ];
}

export function installMenu(choose: (item: Chosen) => void): void {
  // The type of Electron's menu objects stays Electron's own: what was built is what is set.
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, choose)) as never);
}
