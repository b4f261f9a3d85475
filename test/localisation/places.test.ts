/** The table of cloud places, and the countries, zones and currencies that checks rely on. */
import { describe, expect, test } from "vitest";
import {
  awsLocalZonesIn,
  awsRegions,
  awsRegionsIn,
  awsZone,
  awsZonesOf,
} from "../../localisation/cloud-geography.ts";
import { currenciesOf } from "../../localisation/generated/currencies.ts";
import { countryCodes, countryName, timeZonesOf } from "../../localisation/schema/formats.ts";

describe("cloud places", () => {
  test("a zone may lie abroad from its region", () => {
    expect(awsZone("af-south-1a")).toMatchObject({ country: "ZA", region: "af-south-1", local: false });
    expect(awsZone("af-south-1-los-1a")).toMatchObject({ country: "NG", region: "af-south-1", local: true });
    expect(awsZone("eu-central-1-ist-1a")).toMatchObject({
      country: "TR",
      region: "eu-central-1",
      local: true,
    });
    expect(awsZone("us-east-1-bue-1a")).toMatchObject({ country: "AR" });
  });

  test("what AWS doesn't have is nowhere", () => {
    for (const name of [
      "af-south-1",
      "af-south-1g",
      "af-south-2a",
      "",
      "a",
      "constructor",
      "__proto__a",
      "af-south-1-nbo-1a",
    ])
      expect(awsZone(name)).toBeUndefined();
  });

  test("every region and zone lies in a country, and every zone under a region", () => {
    for (const [region, { country }] of Object.entries(awsRegions)) {
      expect(countryName(country)).toBeDefined();
      expect(awsRegionsIn(country)).toContain(region);
      for (const zone of awsZonesOf(region)) expect(awsZone(zone)).toMatchObject({ region });
    }
    for (const country of countryCodes())
      for (const zone of awsLocalZonesIn(country))
        expect(awsRegions).toHaveProperty(awsZone(zone)?.region ?? "");
  });

  test("the three first countries are as the programme needs them", () => {
    expect(awsRegionsIn("ZA")).toEqual(["af-south-1"]);
    expect(awsRegionsIn("BR")).toEqual(["sa-east-1"]);
    expect(awsRegionsIn("TR")).toEqual([]);
    expect(awsLocalZonesIn("TR")).toEqual(["eu-central-1-ist-1a"]);
  });
});

describe("countries", () => {
  test("are those of ISO 3166-1 that have people and clocks", () => {
    const codes = countryCodes();
    expect(codes.length).toBeGreaterThan(240);
    expect(codes).toEqual(expect.arrayContaining(["ZA", "TR", "BR", "KE", "GB", "NO"]));
    for (const none of ["UK", "EU", "UN", "XX", "ZZ", "SU", "DD", "AA"]) expect(codes).not.toContain(none);
  });

  test("have time zones and, but for Antarctica, a legal tender", () => {
    for (const code of countryCodes()) {
      expect(timeZonesOf(code).length).toBeGreaterThan(0);
      if (code !== "AQ") expect(currenciesOf[code], code).toBeDefined();
    }
    expect(currenciesOf.ZA).toEqual(["ZAR"]);
    expect(currenciesOf.LS).toEqual(["ZAR", "LSL"]);
  });
});
