/** Ends a core in the middle of its work: at a statement, or at a use of a port. */
import { installDisk, ProcessDied, type Disk, type DiskKind } from './disk.ts';

export type Guard = {
  /** Dies at the n-th statement or use of a port from now. @param onDeath makes the ports dead */
  arm: (n: number, onDeath: () => void) => void;
  disarm: () => void;
  /** Counts one use of a port; may throw `ProcessDied`. */
  tick: () => void;
  /** Opens a database as the core does. */
  open: Disk['open'];
  /** The process is dead: nothing that still holds a database can change it. */
  closeAll: () => void;
  /** The run is over. */
  finish: () => void;
};

/** Takes the place of the SQLite binding of this process; before a core is loaded, or again to change the kind of disk. */
export const installGuard = (kind: DiskKind = 'kept'): Guard => {
  let countdown = -1;
  let onDeath: () => void = () => undefined;
  const tick = () => {
    if (countdown < 0 || countdown-- > 0) return;
    countdown = -1;
    onDeath();
    disk.die();
    throw new ProcessDied('the process died here');
  };
  const disk = installDisk(kind, tick);
  return {
    arm: (n, whenDead) => {
      countdown = n;
      onDeath = whenDead;
    },
    disarm: () => {
      countdown = -1;
    },
    tick,
    open: disk.open,
    closeAll: disk.die,
    finish: disk.forget,
  };
};
