/** Registering a company with its first account: what the form has to say, and what is stored. */
import { TransactionRollbackError } from "drizzle-orm";
import type { Context } from "hono";
import { registerCompany } from "../../../stores/relational/companies.ts";
import type { Database } from "../../../stores/relational/database.ts";
import type { Environment } from "../services.ts";
import { type FormBody, formBody } from "../web/form-body.ts";
import type { FieldErrors } from "../web/forms.ts";
import type { Content } from "../web/html.ts";
import type { View } from "../web/view.ts";
import { homeOf } from "../web/visitor.ts";
import { accountOfEmail, emailOf, insertAccount, isEmail } from "./accounts.ts";
import { secondsToWait, takeAttempt } from "./attempts.ts";
import { addressOf, registrations, tooMany } from "./limits.ts";
import { emptyRegistration, type Registration, registerPage, sizeIsEmployees } from "./pages.ts";
import { hashPassword, namesOfProgramme, passwordError } from "./password.ts";
import { signIn, signNobodyIn } from "./session.ts";

export function showRegistration(c: Context<Environment>): Response | Promise<Response> {
  const { view, signedIn } = c.var;
  if (signedIn !== undefined) return c.redirect(homeOf(signedIn), 303);
  return c.html(registerPage(view, emptyRegistration));
}

export async function register(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const { database, log } = services;
  const form = await formBody(c);
  const values = registrationOf(form);
  const page = (errors: FieldErrors) => registerPage(view, values, errors);
  const errors = await registrationErrors(view, values, form);
  const isUsable = Object.keys(errors).length === 0;
  const limited = [{ limit: registrations, key: addressOf(c) }];
  const wait = await (isUsable ? takeAttempt : secondsToWait)(database, limited);
  if (wait > 0) return tooMany(c, wait, page);
  if (!isUsable) return c.html(page(errors), 422);
  const accountId = await storeRegistration(database, values, form("password"), view.translation.language);
  // Nobody learns from the answer which addresses have accounts.
  if (accountId === undefined) await signNobodyIn(c);
  else await signIn(c, accountId);
  log.info(
    { account: accountId },
    accountId === undefined ? "a registration was refused" : "a company registered",
  );
  return c.redirect("/company", 303);
}

/** @returns the account's id; undefined where the e-mail address has an account. */
async function storeRegistration(
  database: Database,
  values: Registration,
  password: string,
  language: string,
): Promise<string | undefined> {
  // Also for a known address, which then takes as long to answer.
  const passwordHash = await hashPassword(password);
  if ((await accountOfEmail(database, values.email)) !== undefined) return undefined;
  const { company: name, sector, sizeBand, region, email } = values;
  try {
    return await database.transaction(async (transaction) => {
      const company = await registerCompany(transaction, {
        name,
        sector,
        sizeBand,
        ...(region === "" ? {} : { region }),
        simulated: false,
      });
      const account = { email, role: "company", company, language, noticeReadAt: new Date() } as const;
      // Somebody else may have registered the address since: then the company must go too.
      return (await insertAccount(transaction, account, passwordHash)) ?? transaction.rollback();
    });
  } catch (error) {
    if (error instanceof TransactionRollbackError) return undefined;
    throw error;
  }
}

function registrationOf(form: FormBody): Registration {
  return {
    company: form("company").trim().replace(/\s+/g, " ").slice(0, 200),
    sector: form("sector"),
    sizeBand: form("sizeBand"),
    region: form("region"),
    email: emailOf(form("email")).slice(0, 300),
  };
}

async function registrationErrors(
  { t, country }: View,
  values: Registration,
  form: FormBody,
): Promise<FieldErrors> {
  const { programme } = country;
  const errors: Record<string, Content> = {};
  if (values.company === "") errors.company = t("register.company.missing");
  else if (values.company.length > 120) errors.company = t("register.company.long", { count: 120 });
  if (!programme.sectors.includes(values.sector)) errors.sector = t("register.sector.missing");
  if (!programme.sizeBands.some(({ id }) => id === values.sizeBand))
    errors.sizeBand = t(sizeIsEmployees(programme) ? "register.size.missing" : "register.size.other.missing");
  const { regions } = programme;
  if (regions.length > 0 && !regions.some(({ code }) => code === values.region))
    errors.region = t("register.region.missing");
  if (!isEmail(values.email)) errors.email = t("register.email.wrong");
  const { email, company } = values;
  const password = await passwordError({ t }, form("password"), [
    email,
    company,
    ...namesOfProgramme(country),
  ]);
  if (password !== undefined) errors.password = password;
  if (form("notice") !== "read") errors.notice = t("register.notice.missing");
  return errors;
}
