/** The name of a country's stack in an environment: `za-production`, and `za-base` where none is named. */
export function stackName(country: string, environment: string | undefined): string {
  return `${country.toLowerCase()}-${environment ?? "base"}`;
}
