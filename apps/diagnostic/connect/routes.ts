/** The technician's routes: sites, machines, MQTT passwords, and what was heard or rejected. */
import type { Context, Hono } from "hono";
import { addMachine, addSite, issueCredential } from "../../../stores/relational/companies.ts";
import {
  type Machine,
  machineOf,
  machinesNow,
  machinesOf,
  neverHeard,
  sitesOf,
} from "../machines/machines.ts";
import { companyOf } from "../web/access.ts";
import { type FormBody, formBody, typedNumber } from "../web/form-body.ts";
import type { FieldErrors } from "../web/forms.ts";
import type { Environment, Services } from "../web/services.ts";
import { loginVersion, machineLogins, revokeLogin } from "./machine-logins.ts";
import {
  connectMachinePage,
  connectPage,
  connectPath,
  emptyMachineForm,
  type NewMachineForm,
} from "./pages.ts";
import { rejectionsOf } from "./rejections.ts";

const rejectionsShownMilliseconds = 24 * 3_600_000;
const longestName = 80;
const sitesPerCompany = 50;
const machinesPerCompany = 1000;
const longestRunTimeSeconds = 86_400;

export function connectRoutes(app: Hono<Environment>, services: Services): void {
  const { database, reader, country, live, log } = services;

  const overview = async (c: Context<Environment>, typed: NewMachineForm, errors: FieldErrors = {}) => {
    const company = companyOf(c).id;
    const [sites, machines, logins, values, rejections] = await Promise.all([
      sitesOf(database, company),
      machinesOf(database, company),
      machineLogins(database, company),
      live.valuesOf(company),
      rejectionsOf(reader, company, Date.now() - rejectionsShownMilliseconds),
    ]);
    const now = machinesNow(country, values);
    return connectPage(c.var.view, { sites, machines, now, logins, rejections, typed, errors });
  };

  const ofMachine = async (
    c: Context<Environment>,
    machine: Machine,
    extra: { password?: string; outdated?: boolean } = {},
  ) => {
    const company = companyOf(c).id;
    const key = `${machine.site}/${machine.id}`;
    const [logins, values, rejections] = await Promise.all([
      machineLogins(database, company),
      live.valuesOf(company),
      rejectionsOf(reader, company, Date.now() - rejectionsShownMilliseconds),
    ]);
    return connectMachinePage(c.var.view, {
      company,
      machine,
      now: machinesNow(country, values).get(key) ?? neverHeard,
      values: [...values.values()].filter((value) => `${value.site}/${value.machine}` === key),
      login: logins.get(key),
      password: extra.password,
      outdated: extra.outdated ?? false,
      mqtt: services.mqtt,
      rejections: rejections.filter(({ topic }) => isAbout(topic, company, key)),
    });
  };

  const ownMachine = (c: Context<Environment, "/connect/:site/:machine">) =>
    machineOf(database, companyOf(c).id, c.req.param("site"), c.req.param("machine"));

  app.get("/connect", async (c) => c.html(await overview(c, emptyMachineForm)));

  app.get("/connect/ca.pem", (c) => {
    const { certificateAuthority } = services.mqtt;
    if (certificateAuthority === undefined) return c.notFound();
    c.header("Content-Disposition", 'attachment; filename="ca.pem"');
    return c.body(certificateAuthority, 200, { "Content-Type": "application/x-pem-file" });
  });

  app.post("/connect/sites", async (c) => {
    const company = companyOf(c).id;
    const siteName = nameIn(await formBody(c), "siteName");
    const error = nameError(c.var.view.t, siteName, "connect.site-name.missing");
    const typed = { ...emptyMachineForm, siteName };
    if (error !== undefined) return c.html(await overview(c, typed, { siteName: error }), 422);
    if ((await sitesOf(database, company)).length >= sitesPerCompany)
      return c.html(
        await overview(c, typed, {
          siteName: c.var.view.t("connect.too-many-sites", { count: sitesPerCompany }),
        }),
        422,
      );
    await addSite(database, company, siteName);
    return c.redirect("/connect#new-machine", 303);
  });

  app.post("/connect/machines", async (c) => {
    const { t } = c.var.view;
    const company = companyOf(c).id;
    const form = await formBody(c);
    const typed: NewMachineForm = {
      siteName: "",
      site: form("site"),
      name: nameIn(form, "name"),
      kind: nameIn(form, "kind"),
      seconds: form("seconds").trim().slice(0, 20),
    };
    const errors: Record<string, string> = {};
    const sites = await sitesOf(database, company);
    if (!sites.some(({ id }) => id === typed.site)) errors.site = t("connect.site.missing");
    const name = nameError(t, typed.name, "connect.name.missing");
    if (name !== undefined) errors.name = name;
    const kind = nameError(t, typed.kind, "connect.kind.missing");
    if (kind !== undefined) errors.kind = kind;
    const seconds = typedNumber(typed.seconds);
    if (!(seconds > 0 && seconds <= longestRunTimeSeconds)) errors.seconds = t("connect.seconds.wrong");
    if ((await machinesOf(database, company)).length >= machinesPerCompany)
      errors.name = t("connect.too-many-machines", { count: machinesPerCompany });
    if (Object.keys(errors).length > 0) return c.html(await overview(c, typed, errors), 422);
    const { site } = typed;
    const id = await addMachine(database, {
      company,
      site,
      name: typed.name,
      kind: typed.kind,
      plannedRunTimePerItem: seconds,
    });
    return c.redirect(connectPath({ site, id }), 303);
  });

  app.get("/connect/:site/:machine", async (c) => {
    const machine = await ownMachine(c);
    return machine === undefined ? c.notFound() : c.html(await ofMachine(c, machine));
  });

  app.post("/connect/:site/:machine/password", async (c) => {
    const machine = await ownMachine(c);
    if (machine === undefined) return c.notFound();
    const company = companyOf(c).id;
    const version = (await formBody(c))("version");
    const login = (await machineLogins(database, company)).get(`${machine.site}/${machine.id}`);
    if (version !== loginVersion(login)) return c.html(await ofMachine(c, machine, { outdated: true }), 409);
    const { password } = await issueCredential(database, {
      company,
      site: machine.site,
      machine: machine.id,
    });
    log.info({ company, site: machine.site, machine: machine.id }, "a machine's password was issued");
    return c.html(await ofMachine(c, machine, { password }));
  });

  app.post("/connect/:site/:machine/revoke", async (c) => {
    const machine = await ownMachine(c);
    if (machine === undefined) return c.notFound();
    const where = { company: companyOf(c).id, site: machine.site, machine: machine.id };
    await revokeLogin(database, where);
    log.info(where, "a machine's password was revoked");
    return c.redirect(connectPath(machine), 303);
  });
}

/** Messages that reached this machine's topics, and those whose topic is so wrong that they could be any machine's. */
function isAbout(topic: string, company: string, key: string): boolean {
  return topic.includes(`/${key}/`) || !topic.startsWith(`sme/v1/${company}/`);
}

function nameIn(form: FormBody, field: string): string {
  return form(field)
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 2 * longestName);
}

function nameError(
  t: (key: string, values?: Record<string, number>) => string,
  name: string,
  missing: string,
) {
  if (name === "") return t(missing);
  return name.length > longestName ? t("form.too-long", { count: longestName }) : undefined;
}
