/** The technician's routes: sites, machines, MQTT passwords, and what was received or rejected. */
import { type Context, Hono } from "hono";
import { addMachine, addSite, issueCredential } from "../../../stores/relational/companies.ts";
import { type Machine, machinesNow, machinesOf, neverHeard, sitesOf } from "../machines/machines.ts";
import { type MachineContext, ownMachine } from "../machines/routes.ts";
import type { Environment, Services } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { type FormBody, formBody, typedNumber } from "../web/form-body.ts";
import type { FieldErrors } from "../web/forms.ts";
import type { Content } from "../web/html.ts";
import type { Html, View } from "../web/view.ts";
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

export function connectRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", async (c) => c.html(await overview(c, emptyMachineForm)))
    .get("/ca.pem", downloadAuthority)
    .post("/sites", createSite)
    .post("/machines", createMachine)
    .get("/:site/:machine", showMachine)
    .post("/:site/:machine/password", issuePassword)
    .post("/:site/:machine/revoke", revokePassword);
}

async function overview(c: Context<Environment>, typed: NewMachineForm, errors: FieldErrors = {}) {
  const { database, country } = c.var.services;
  const company = companyOf(c).id;
  const [sites, machines, { logins, values, rejections }] = await Promise.all([
    sitesOf(database, company),
    machinesOf(database, company),
    connectionsOf(c.var.services, company),
  ]);
  const now = machinesNow(country, values);
  return connectPage(c.var.view, { sites, machines, now, logins, rejections, typed, errors });
}

async function machineView(
  c: Context<Environment>,
  machine: Machine,
  { password, outdated = false }: { password?: string; outdated?: boolean } = {},
): Promise<Html> {
  const { country, mqtt } = c.var.services;
  const company = companyOf(c).id;
  const key = `${machine.site}/${machine.id}`;
  const { logins, values, rejections } = await connectionsOf(c.var.services, company);
  return connectMachinePage(c.var.view, {
    company,
    machine,
    now: machinesNow(country, values).get(key) ?? neverHeard,
    values: [...values.values()].filter((value) => `${value.site}/${value.machine}` === key),
    login: logins.get(key),
    password,
    outdated,
    mqtt,
    rejections: rejections.filter(({ topic }) => isAbout(topic, company, key)),
  });
}

async function connectionsOf({ database, reader, live }: Services, company: string) {
  const [logins, values, rejections] = await Promise.all([
    machineLogins(database, company),
    live.valuesOf(company),
    rejectionsOf(reader, company, Date.now() - rejectionsShownMilliseconds),
  ]);
  return { logins, values, rejections };
}

function downloadAuthority(c: Context<Environment>): Response | Promise<Response> {
  const { certificateAuthority } = c.var.services.mqtt;
  if (certificateAuthority === undefined) return c.notFound();
  c.header("Content-Disposition", 'attachment; filename="ca.pem"');
  return c.body(certificateAuthority, 200, { "Content-Type": "application/x-pem-file" });
}

async function createSite(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const company = companyOf(c).id;
  const siteName = nameIn(await formBody(c), "siteName");
  const error =
    nameError(view, siteName, "connect.site-name.missing") ??
    ((await sitesOf(services.database, company)).length >= sitesPerCompany
      ? view.t("connect.too-many-sites", { count: sitesPerCompany })
      : undefined);
  if (error !== undefined)
    return c.html(await overview(c, { ...emptyMachineForm, siteName }, { siteName: error }), 422);
  await addSite(services.database, company, siteName);
  return c.redirect("/connect#new-machine", 303);
}

async function createMachine(c: Context<Environment>): Promise<Response> {
  const { database } = c.var.services;
  const company = companyOf(c).id;
  const form = await formBody(c);
  const typed: NewMachineForm = {
    siteName: "",
    site: form("site"),
    name: nameIn(form, "name"),
    kind: nameIn(form, "kind"),
    seconds: form("seconds").trim().slice(0, 20),
  };
  const errors = await machineErrors(c, typed);
  if (Object.keys(errors).length > 0) return c.html(await overview(c, typed, errors), 422);
  const { site, name, kind } = typed;
  const plannedRunTimePerItem = typedNumber(typed.seconds);
  const id = await addMachine(database, { company, site, name, kind, plannedRunTimePerItem });
  return c.redirect(connectPath({ site, id }), 303);
}

async function machineErrors(c: Context<Environment>, typed: NewMachineForm): Promise<FieldErrors> {
  const { view, services } = c.var;
  const { database } = services;
  const company = companyOf(c).id;
  const errors: Record<string, Content> = {};
  if (!(await sitesOf(database, company)).some(({ id }) => id === typed.site))
    errors.site = view.t("connect.site.missing");
  const name = nameError(view, typed.name, "connect.name.missing");
  if (name !== undefined) errors.name = name;
  const kind = nameError(view, typed.kind, "connect.kind.missing");
  if (kind !== undefined) errors.kind = kind;
  const seconds = typedNumber(typed.seconds);
  if (!(seconds > 0 && seconds <= longestRunTimeSeconds)) errors.seconds = view.t("connect.seconds.wrong");
  if ((await machinesOf(database, company)).length >= machinesPerCompany)
    errors.name = view.t("connect.too-many-machines", { count: machinesPerCompany });
  return errors;
}

async function showMachine(c: MachineContext): Promise<Response> {
  return c.html(await machineView(c, (await ownMachine(c)).machine));
}

async function issuePassword(c: MachineContext): Promise<Response> {
  const { database, log } = c.var.services;
  const { machine, where } = await ownMachine(c);
  const version = (await formBody(c))("version");
  const login = (await machineLogins(database, where.company)).get(`${machine.site}/${machine.id}`);
  if (version !== loginVersion(login)) return c.html(await machineView(c, machine, { outdated: true }), 409);
  const { password } = await issueCredential(database, where);
  log.info(where, "a machine's password was issued");
  return c.html(await machineView(c, machine, { password }));
}

async function revokePassword(c: MachineContext): Promise<Response> {
  const { database, log } = c.var.services;
  const { machine, where } = await ownMachine(c);
  await revokeLogin(database, where);
  log.info(where, "a machine's password was revoked");
  return c.redirect(connectPath(machine), 303);
}

/** Messages on this machine's topics, and those whose topic is so wrong that any machine may have sent them. */
function isAbout(topic: string, company: string, key: string): boolean {
  return topic.includes(`/${key}/`) || !topic.startsWith(`sme/v1/${company}/`);
}

function nameIn(form: FormBody, field: string): string {
  return form(field)
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 2 * longestName);
}

function nameError({ t }: View, name: string, missing: string): Content | undefined {
  if (name === "") return t(missing);
  return name.length > longestName ? t("form.too-long", { count: longestName }) : undefined;
}
