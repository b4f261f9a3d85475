/** How a machine is named in the time-series store. */
export interface MachineKey {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
}

/** One text for maps; ids hold no slash. */
export function keyOf(machine: MachineKey): string {
  return `${machine.company}/${machine.site}/${machine.machine}`;
}
