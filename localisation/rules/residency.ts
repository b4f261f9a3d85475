/** The rules on storage and transfer are consistent; exceptions and permissions have not expired. */
import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import { countryName } from "../schema/formats.ts";
import { dataClassNames } from "../schema/residency.ts";
import { textIn } from "../text.ts";

export const crossBorderRulesAgree: Rule = (examination) => {
  const country = examination.read("country");
  for (const name of dataClassNames) {
    const at = ["residency", "dataClasses", name] as const;
    const crossBorder = examination.read(...at, "crossBorder");
    if (crossBorder === undefined) continue;
    const { transfer, mechanism, to } = crossBorder;
    if (transfer === "with-mechanism" && mechanism === undefined)
      examination.report(
        [...at, "crossBorder"],
        '"mechanism" is missing: the data may leave with one.',
        "Add mechanism, such as standard-contract, or write transfer: forbidden.",
        "key",
      );
    if (transfer !== "with-mechanism" && mechanism !== undefined)
      examination.report(
        [...at, "crossBorder", "mechanism"],
        `A mechanism has no meaning where transfer is ${transfer}.`,
        "Write transfer: with-mechanism, or remove mechanism.",
        "key",
      );
    if (transfer === "forbidden" && to !== undefined)
      examination.report(
        [...at, "crossBorder", "to"],
        "Where transfer is forbidden there is no country to go to.",
        "Remove it, or allow the transfer.",
        "key",
      );
    const restsIn = examination.read(...at, "restsIn");
    if (country === undefined || restsIn === undefined) continue;
    const abroad = restsIn.filter((code) => code !== country);
    if (transfer === "forbidden" && abroad.length > 0)
      examination.report(
        [...at, "restsIn"],
        `Data that may not leave can't be stored in ${abroad.map((code) => countryName(code)).join(", ")}.`,
        `Write [${country}], or allow the transfer.`,
      );
    if (!restsIn.includes(country))
      examination.warn(
        [...at, "restsIn"],
        `The data may not be stored in ${countryName(country)} itself.`,
        `Add ${country}.`,
      );
  }
};

/** The listed transfers are allowed by their data classes. */
export const transfersAreAllowed: Rule = (examination) => {
  const classes = examination.read("residency", "dataClasses");
  if (classes === undefined) return;
  for (const { item, path } of examination.elements("residency", "transfers"))
    for (const [index, name] of item.dataClasses.entries()) {
      const { crossBorder } = classes[name];
      const at = [...path, "dataClasses", index];
      if (crossBorder.transfer === "forbidden")
        examination.report(
          at,
          `${quote(name)} may not leave the country by residency.dataClasses.`,
          "Remove it, or change the data class.",
        );
      else if (crossBorder.to !== undefined && !crossBorder.to.includes(item.to))
        examination.report(
          at,
          `${quote(name)} may not go to ${countryName(item.to)} by residency.dataClasses.`,
          `It may go to: ${crossBorder.to.join(", ")}.`,
        );
    }
};

/** A warning only: what has expired is no reason not to read a file, back a stack up or verify an old report. Policies refuse it. */
export const nothingHasExpired: Rule = (examination) => {
  for (const { item, path } of examination.elements("residency", "waivers"))
    checkExpiry(
      examination,
      item.until,
      path,
      `The waiver ${quote(item.id)}`,
      `Ask ${item.who} to renew it, or remove it and fix ${item.resource}.`,
    );
  for (const { item, path } of examination.elements("residency", "remoteAccess"))
    checkExpiry(
      examination,
      item.until,
      path,
      `The access of ${quote(item.who)}`,
      "Revoke the access and remove the entry, or renew it.",
    );
  for (const { item, path } of examination.elements("residency", "transfers"))
    if (item.until !== undefined)
      checkExpiry(
        examination,
        item.until,
        path,
        `The transfer ${quote(item.id)}`,
        "Stop the transfer and remove it, or renew it.",
      );
};

/** A law or an authority that takes another's place starts when the other ends. */
export const lawsAreInForce: Rule = (examination) => {
  for (const list of ["laws", "otherAuthorities"] as const)
    for (const { item, path } of examination.elements("residency", list)) {
      const { from, until } = item;
      const name = quote("id" in item ? item.id : textIn(item.name, ["en"]));
      if (from !== undefined && until !== undefined && until < from)
        examination.report([...path, "until"], `It is before from (${from}).`, "Swap the two.");
      else if (until !== undefined && until < examination.circumstances.today)
        examination.warn(
          [...path, "until"],
          `${name} ended on ${until}.`,
          "Remove it, with the references to it, where another has taken its place.",
        );
    }
  const laws = examination.read("residency", "laws");
  const { today } = examination.circumstances;
  if (laws?.every(({ from }) => from !== undefined && from > today))
    examination.warn(
      ["residency", "laws"],
      "None of the laws binds yet.",
      "Add the law that binds until then, with until.",
      "key",
    );
};

function checkExpiry(
  examination: Examination,
  until: string,
  path: readonly PathSegment[],
  what: string,
  remediation: string,
): void {
  if (until < examination.circumstances.today)
    examination.warn([...path, "until"], `${what} ended on ${until}.`, remediation);
}

export const offersAreOpen: Rule = (examination) => {
  for (const list of ["financing", "levers"] as const)
    for (const { item, path } of examination.elements("diagnostic", list))
      if (item.until !== undefined && item.until < examination.circumstances.today)
        examination.warn(
          [...path, "until"],
          `${quote(item.id)} accepted applications until ${item.until}; companies no longer see it.`,
          "Remove it, or enter the new day.",
        );
};
