/** Public sets of controls, and which policies check what they ask for. */

export interface AskedControl {
  /** As the set numbers or names it. */
  readonly id: string;
  /** What it asks for, in short words of our own. */
  readonly title: string;
  /** Ids of the policies that check it; none where nothing does. */
  readonly policies: readonly string[];
  /** Why it, or a part of it, is not checked. One or two sentences. */
  readonly notChecked?: string;
}

export interface ControlSet {
  readonly id: string;
  /** Short, for lists. */
  readonly name: string;
  readonly title: string;
  /** Of its names, as BCP 47; English where absent. */
  readonly language?: string;
  /** Its publisher's page. */
  readonly source: string;
  /** Where the numbers or names were read, if somewhere else. */
  readonly readAt?: string;
  /** The day on which they were read, YYYY-MM-DD. */
  readonly checked: string;
  readonly controls: readonly AskedControl[];
}

export const asked = (id: string, title: string, ...policies: readonly string[]): AskedControl => ({
  id,
  title,
  policies,
});

/** @param policies those that check a part. */
export const open = (
  id: string,
  title: string,
  notChecked: string,
  ...policies: readonly string[]
): AskedControl => ({ id, title, policies, notChecked });
