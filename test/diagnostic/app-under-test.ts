/** The web app on stores in memory, with browsers that keep cookies; for all tests of its pages. */
import { join } from "node:path";
import { createEntryLink, insertAccount } from "../../apps/diagnostic/accounts/accounts.ts";
import { hashPassword } from "../../apps/diagnostic/accounts/password.ts";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import type { DiagnosticDependencies } from "../../apps/diagnostic/services.ts";
import { packageRoot } from "../../base/package-root.ts";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import { addMachine, addSite, registerCompany } from "../../stores/relational/companies.ts";
import { openTestRelational, openTestTimeSeries } from "../stores/open.ts";

export const origin = "http://sme.test";
export const password = "three short words";

export interface Reading {
  readonly company: string;
  readonly site?: string;
  readonly machine: string;
  readonly channel: string;
  readonly time: number;
  readonly value: number | string;
  readonly receivedAt?: number;
}

export type AppUnderTest = Awaited<ReturnType<typeof openApp>>;

export function loadFile(code: string): LoadedCountry {
  return loadCountry(join(packageRoot, "countries", `${code}.yaml`));
}

export async function openApp(
  loaded: Pick<LoadedCountry, "country" | "catalogues"> = loadFile("za"),
  options: Partial<DiagnosticDependencies> = {},
) {
  const { country, catalogues } = loaded;
  const store = await openTestTimeSeries(country);
  const relational = await openTestRelational();
  const { database } = relational;
  // Hashing takes long on purpose: once is enough.
  const passwordHash = await hashPassword(password);
  const logged: string[] = [];
  const note = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const end = new AbortController();
  const dependencies: DiagnosticDependencies = {
    country,
    catalogues,
    database,
    reader: store.reader,
    flow: async () => ({
      messages: 10,
      stored: 9,
      rejected: 1,
      rejectedByReason: { "time-missing": 1 },
      duplicates: 0,
      batches: 9,
      commitMilliseconds: 90,
      waiting: 0,
      lagMilliseconds: 0,
    }),
    status: async () => ({ parts: [{ name: "broker", health: "healthy", detail: "3 clients connected" }] }),
    mqtt: { host: "mqtt.test", port: 8883, certificateAuthority: "-----BEGIN CERTIFICATE-----\n" },
    log: { info: note, warn: note, error: note },
    web: { address: origin, isOwnHost: (hostname) => hostname === new URL(origin).hostname },
    secureCookies: false,
    signal: end.signal,
    ...options,
  };
  const app = createDiagnosticApp(dependencies);

  const browser = (headers: Record<string, string> = {}) => new Browser(app.request, headers);
  const signedIn = async (account: string, destination = "/home") => {
    const one = browser();
    await one.post(await createEntryLink(database, account, destination));
    return one;
  };

  return {
    app,
    dependencies,
    country,
    catalogues,
    database,
    store,
    logged,
    browser,
    signedIn,
    /** A company with an account, and one machine per name. */
    async company(
      name: string,
      machines: readonly string[] = [],
      values: { simulated?: boolean; sector?: string; sizeBand?: string } = {},
    ) {
      const id = await registerCompany(database, {
        name,
        sector: values.sector ?? country.programme.sectors[0]!,
        sizeBand: values.sizeBand ?? country.programme.sizeBands[0]!.id,
        simulated: values.simulated ?? false,
      });
      const site = await addSite(database, id, "Hall");
      const ids: string[] = [];
      for (const machine of machines)
        ids.push(
          await addMachine(database, {
            company: id,
            site,
            name: machine,
            kind: "lathe",
            plannedRunTimePerItem: 20,
          }),
        );
      const owner = { email: `owner@${id}.test`, role: "company", company: id, language: "en" } as const;
      const account = await insertAccount(database, owner, passwordHash);
      return { id, site, machines: ids, account: account!, email: `owner@${id}.test` };
    },
    /** A second person of a company, who is no owner. */
    async colleague(company: string) {
      const person = {
        email: `technician@${company}.test`,
        role: "company",
        company,
        language: "en",
      } as const;
      return { account: (await insertAccount(database, person, passwordHash))!, email: person.email };
    },
    async ministry() {
      const account = await insertAccount(
        database,
        {
          email: "office@ministry.test",
          role: "ministry",
          language: "en",
        },
        passwordHash,
      );
      return account!;
    },
    async insert(readings: readonly Reading[]) {
      await store.writer.insert({
        table: "raw",
        columns: ["company", "site", "machine", "channel", "time", "number", "text", "received_at"],
        values: readings.map(({ company, site = "hall", machine, channel, time, value, receivedAt }) => [
          company,
          site,
          machine,
          channel,
          (time / 1000).toFixed(3),
          typeof value === "number" ? value : null,
          typeof value === "number" ? "" : value,
          ((receivedAt ?? Date.now()) / 1000).toFixed(3),
        ]),
        format: "JSONCompactEachRow",
      });
    },
    async close() {
      end.abort();
      await relational.close();
      await store.close();
    },
  };
}

type Request = (path: string, init?: RequestInit) => Response | Promise<Response>;

/** Keeps cookies as a browser does, and says where its forms come from. */
export class Browser {
  readonly #request: Request;
  readonly #headers: Record<string, string>;
  readonly #origin: string;
  readonly cookies = new Map<string, string>();

  constructor(request: Request, headers: Record<string, string>, ownOrigin = origin) {
    this.#request = request;
    this.#headers = headers;
    this.#origin = ownOrigin;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers: { accept: "text/html", ...headers } });
  }

  async page(path: string): Promise<string> {
    return (await this.get(path)).text();
  }

  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.send(path, {
      method: "POST",
      headers: {
        accept: "text/html",
        "content-type": "application/x-www-form-urlencoded",
        origin: this.#origin,
        host: new URL(this.#origin).host,
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  postJson(path: string, body: unknown): Promise<Response> {
    return this.send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  async send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = {
      ...this.#headers,
      ...(init.headers as Record<string, string>),
      ...(cookie === "" ? {} : { cookie }),
    };
    const response = await this.#request(`${this.#origin}${path}`, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}
