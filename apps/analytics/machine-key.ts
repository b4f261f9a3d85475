/** The ids of a machine in the time-series store. */
export interface MachineKey {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
}

/** As a key of maps; ids hold no slash. */
export function keyOf(machine: MachineKey): string {
  return `${machine.company}/${machine.site}/${machine.machine}`;
}
