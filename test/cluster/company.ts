/** A company that uses the pages from outside: registers, adds its site and machines, and is shown their passwords. */

import type { Country } from "../../localisation/schema/country.ts";
import { Browser, password } from "../diagnostic/app-under-test.ts";

export interface MachineLogin {
  /** `company/site/machine`. */
  readonly username: string;
  readonly password: string;
}

export class Company {
  readonly browser: Browser;

  constructor(request: (path: string, init?: RequestInit) => Promise<Response>, origin: string) {
    this.browser = new Browser(request, {}, origin);
  }

  async register(name: string, country: Country): Promise<void> {
    const { sectors, sizeBands, regions } = country.programme;
    await this.#post("/register", {
      company: name,
      sector: sectors[0] ?? "",
      sizeBand: sizeBands[0]?.id ?? "",
      region: regions?.[0]?.code ?? "",
      email: `owner@${name.toLowerCase().replaceAll(" ", "-")}.example.org`,
      password,
      notice: "read",
    });
  }

  async addSite(siteName: string): Promise<void> {
    await this.#post("/connect/sites", { siteName });
  }

  /** @returns the machine's login, as the page shows it once. */
  async addMachine(site: string, name: string, kind: string, secondsPerItem: number): Promise<MachineLogin> {
    return this.#newPassword(
      await this.#post("/connect/machines", { site, name, kind, seconds: String(secondsPerItem) }),
    );
  }

  /** @returns the machine's login with its new password. */
  newPassword(site: string, machine: string): Promise<MachineLogin> {
    return this.#newPassword(`/connect/${site}/${machine}`);
  }

  /** @param path of the machine's page. */
  async #newPassword(path: string): Promise<MachineLogin> {
    const version = /name="version" value="([^"]*)"/.exec(await this.browser.page(path))?.[1] ?? "";
    const shown = await (await this.browser.post(`${path}/password`, { version })).text();
    const [username, once] = [...shown.matchAll(/<dd><code[^>]*>([^<]*)<\/code><\/dd>/g)].map(
      ([, text]) => text,
    );
    if (username === undefined || once === undefined)
      throw new Error(`No password was shown: ${shown.slice(0, 500)}`);
    return { username, password: once };
  }

  /** The newest text of each value, by `site/machine/channel`. */
  async values(): Promise<Record<string, unknown>> {
    const response = await this.browser.get("/machines/values");
    if (response.status !== 200) throw new Error(`/machines/values answers ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }

  /** @returns where the form leads. */
  async #post(path: string, fields: Record<string, string>): Promise<string> {
    const response = await this.browser.post(path, fields);
    if (response.status !== 303)
      throw new Error(`${path} answers ${response.status}: ${(await response.text()).slice(0, 2000)}`);
    return response.headers.get("location") ?? "";
  }
}
