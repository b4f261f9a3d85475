/** Environments lie over the file: groups merge, lists and values are replaced, and what comes out is checked. */
import { describe, expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { edited, Folder, problemsOf, today, validFile } from "./fixture.ts";

const overlaid = `${validFile}hosting:
  kubernetes: { domain: sme.go.ke, zones: [nbo-1, nbo-2], mqtt: { expose: node-port } }
  environments:
    pilot:
      telemetry: { retention: { raw: P180D } }
    production:
      programme: { sectors: ["31"] }
      hosting:
        target: kubernetes
        kubernetes: { zones: [nbo-3], gateway: { kind: gateway-api } }
`;

const load = (environment?: string) => {
  using folder = new Folder();
  const file = folder.write("file.yaml", overlaid);
  return loadCountry(file, { today, ...(environment === undefined ? {} : { environment }) });
};

describe("an environment", () => {
  test("is laid over the file only when asked for", () => {
    const { country, environment } = load();
    expect(environment).toBeUndefined();
    expect(country.hosting.target).toBe("local");
    expect(country.telemetry.retention.raw).toBe("P90D");
  });

  test("merges groups and replaces lists and values", () => {
    const { country, environment } = load("production");
    expect(environment).toBe("production");
    expect(country.hosting.target).toBe("kubernetes");
    expect(country.hosting.kubernetes).toMatchObject({
      domain: "sme.go.ke",
      zones: ["nbo-3"],
      mqtt: { expose: "node-port" },
      gateway: { kind: "gateway-api" },
    });
    expect(country.programme.sectors).toEqual(["31"]);
    expect(country.telemetry.retention.raw).toBe("P90D");
    expect(load("pilot").country.telemetry.retention).toMatchObject({ raw: "P180D", minute: "P1Y" });
  });

  test("is refused where the file has none of that name", () => {
    expect(problemsOf(overlaid, { environment: "prod" })).toEqual([
      'file:1:1  The file has no environment "prod" under hosting.environments. Did you mean "production"?',
    ]);
    expect(problemsOf(validFile, { environment: "pilot" })).toEqual([
      'file:1:1  The file has no environment "pilot" under hosting.environments. It has none. Add hosting: { environments: { pilot: {} } }, with what differs there.',
    ]);
  });

  test("is checked after merging, at the place of what it adds, also when it isn't asked for", () => {
    // Each half is fine by itself: raw data for a year, and minutes for half a year.
    const file = edited("  holidays: []", "  holidays: []\n  retention: { minute: P180D }").concat(
      "hosting: { environments: { pilot: { telemetry: { retention: { raw: P1Y } } } } }\n",
    );
    const line =
      "file:25:24  telemetry.retention.minute: Data by minute is kept P180D, shorter than the finer raw data (P1Y). Write P1Y or longer.";
    expect(problemsOf(file)).toEqual([line]);
    expect(problemsOf(file, { environment: "pilot" })).toEqual([line]);
  });

  test("says what is missing at its own group", () => {
    const file = `${validFile}hosting: { environments: { staging: { hosting: { kubernetes: { zones: [a] } } } } }\n`;
    expect(problemsOf(file)).toEqual([
      'file:28:50  hosting.environments.staging.hosting.kubernetes: "domain" is missing. Add it, for example domain: sme.example.gov.za. Name of the web app; the broker is `mqtt.` in front of it.',
    ]);
  });
});

describe("production", () => {
  const draft = overlaid
    .replace("office@industry.go.ke", "office@example.go.ke")
    .replace("sme.go.ke", "sme.test")
    .replace("A. Person", "Example Person");

  test("refuses placeholders, and others don't", () => {
    expect(problemsOf(draft)).toEqual([]);
    expect(problemsOf(draft, { environment: "pilot" })).toEqual([]);
    expect(problemsOf(draft, { environment: "production" })).toEqual([
      'file:6:50  programme.operator.email: "office@example.go.ke" is a placeholder, and this is production. Write the real one.',
      'file:7:65  programme.dataProtectionOfficer.name: "Example Person" is a placeholder, and this is production. Write the real one.',
      'file:29:25  hosting.kubernetes.domain: "sme.test" is a placeholder, and this is production. Write the real one.',
    ]);
  });

  test("leaves out the settings of targets that it doesn't use, and words that only look alike", () => {
    const local = draft
      .replace("        target: kubernetes\n", "")
      .replace("office@example.go.ke", "office@counterexamples.go.ke")
      .replace("Example Person", "A. Person");
    expect(problemsOf(local, { environment: "production" })).toEqual([]);
  });
});
