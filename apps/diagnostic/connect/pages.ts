/** The technician's pages: sites and machines; a machine's MQTT settings, its password shown once, what was received. */
import type { LatestValue } from "../../analytics/queries.ts";
import { topicRoot } from "../../ingest/reading.ts";
import { channelName, heardText, valueText } from "../machines/live-texts.ts";
import { type Machine, type MachineNow, neverHeard } from "../machines/machines.ts";
import { liveStatus, machinePath, statePill } from "../machines/pages.ts";
import type { MqttEndpoints } from "../services.ts";
import { errorSummary, type FieldErrors, selectField, textField, titleWithErrors } from "../web/forms.ts";
import { type Content, html, isolated } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import type { Html, View } from "../web/view.ts";
import { loginVersion, type MachineLogin } from "./machine-logins.ts";
import type { RejectionGroup } from "./rejections.ts";

export interface ConnectPage {
  readonly sites: readonly { readonly id: string; readonly name: string }[];
  readonly machines: readonly Machine[];
  readonly now: ReadonlyMap<string, MachineNow>;
  readonly logins: ReadonlyMap<string, MachineLogin>;
  readonly rejections: readonly RejectionGroup[];
  readonly typed: NewMachineForm;
  readonly errors?: FieldErrors;
}

/** As typed. */
export type NewMachineForm = Readonly<typeof emptyMachineForm>;
export const emptyMachineForm = { siteName: "", site: "", name: "", kind: "", seconds: "" };

export function connectPage(view: View, page: ConnectPage): Html {
  const { t } = view;
  const { typed, errors = {}, sites } = page;
  const title = t("connect.title");
  return renderPage(view, {
    title: titleWithErrors(view, title, errors),
    scripts: ["live.js"],
    body: html`${errorSummary(view, errors)}
<h1>${title}</h1>
<p class="lead">${t("connect.lead")}</p>
${
  page.machines.length === 0
    ? ""
    : html`<h2>${t("connect.machines")}</h2>
${liveStatus(view)}
<ul class="rows">${page.machines.map((machine) => {
        const key = `${machine.site}/${machine.id}`;
        const now = page.now.get(key) ?? neverHeard;
        return html`<li><div><a href="${connectPath(machine)}">${isolated(view, machine.name)}</a> <span class="hint">${isolated(view, machine.siteName)} · ${loginState(view, page.logins.get(key))}</span></div>
<div>${statePill(view, key, now)} <span class="hint" data-live="${key}">${isolated(view, heardText(view, now.heardAt))}</span></div></li>`;
      })}</ul>`
}
${rejectionList(view, page.rejections)}
<h2 id="new-machine">${sites.length === 0 ? t("connect.first-site") : t("connect.new-machine")}</h2>
${
  sites.length === 0
    ? html`<p>${t("connect.first-site.text")}</p>${siteForm(view, typed, errors)}`
    : html`<form method="post" action="/connect/machines" novalidate>
${
  sites.length === 1
    ? html`<input type="hidden" name="site" value="${sites[0]!.id}">`
    : selectField(
        { name: "site", label: t("connect.site"), value: typed.site, error: errors.site },
        sites.map(({ id, name }) => ({ value: id, label: name })),
        t("form.choose"),
      )
}
${textField({ name: "name", label: t("connect.name"), hint: t("connect.name.hint"), value: typed.name, error: errors.name, maxlength: 80 })}
${textField({ name: "kind", label: t("connect.kind"), hint: t("connect.kind.hint"), value: typed.kind, error: errors.kind, maxlength: 80 })}
${textField({ name: "seconds", label: t("connect.seconds"), hint: t("connect.seconds.hint"), value: typed.seconds, error: errors.seconds, inputmode: "decimal", narrow: true, maxlength: 12 })}
<p class="actions"><button class="button">${t("connect.add-machine")}</button></p>
</form>
<details${errors.siteName === undefined ? "" : " open"}><summary>${t("connect.new-site")}</summary>${siteForm(view, typed, errors)}</details>`
}`,
  });
}

function siteForm({ t }: View, typed: NewMachineForm, errors: FieldErrors): Html {
  return html`<form method="post" action="/connect/sites" novalidate>
${textField({ name: "siteName", label: t("connect.site-name"), hint: t("connect.site-name.hint"), value: typed.siteName, error: errors.siteName, maxlength: 80 })}
<p class="actions"><button class="button second">${t("connect.add-site")}</button></p>
</form>`;
}

function rejectionList(view: View, rejections: readonly RejectionGroup[]): Html | "" {
  const { t, translation } = view;
  if (rejections.length === 0) return "";
  return html`<h2>${t("rejected.title")}</h2>
<p>${t("rejected.text")}</p>
<ul class="rejections">${rejections.map(
    ({ reason, count, lastAt, topic, payload, detail }) => html`<li>
<h3>${translation.has(`rejected.${reason}`) ? t(`rejected.${reason}`) : reason}</h3>
<p>${t("rejected.count", (own) => ({ count, time: own.dateTime(lastAt) }))}</p>
<p lang="en" dir="ltr">${detail}</p>
<pre dir="ltr"><code>${topic}
${payload}</code></pre>
</li>`,
  )}</ul>`;
}

export interface ConnectMachinePage {
  readonly company: string;
  readonly machine: Machine;
  readonly now: MachineNow;
  readonly values: readonly LatestValue[];
  readonly login: MachineLogin | undefined;
  /** Only in the answer that issues it. */
  readonly password: string | undefined;
  readonly mqtt: MqttEndpoints;
  readonly rejections: readonly RejectionGroup[];
  /** The form came from an outdated page. */
  readonly outdated?: boolean;
}

export function connectMachinePage(view: View, page: ConnectMachinePage): Html {
  const { t } = view;
  const { machine, login, password } = page;
  const key = `${machine.site}/${machine.id}`;
  const topic = `${topicRoot}/${usernameOf(page)}`;
  const active = login !== undefined && login.revokedAt === null;
  return renderPage(view, {
    title: t("connect.machine.title", { machine: machine.name }),
    scripts: ["live.js"],
    body: html`<p class="back"><a href="/connect">${t("connect.title")}</a></p>
<h1>${t("connect.machine.title", { machine: machine.name })}</h1>
${page.outdated === true ? html`<div class="problem" role="alert"><p>${t("connect.outdated")}</p></div>` : ""}
<h2>1. ${t("connect.password")}</h2>
${
  password === undefined || login === undefined
    ? html`<p>${loginState(view, login)}</p>`
    : html`<div class="once"><p><strong>${t("connect.password.once")}</strong></p>
<dl class="facts"><div><dt>${t("connect.username")}</dt><dd><code dir="ltr">${login.username}</code></dd></div><div><dt>${t("connect.password")}</dt><dd><code dir="ltr">${password}</code></dd></div></dl></div>`
}
<form method="post" action="${connectPath(machine)}/password"><input type="hidden" name="version" value="${loginVersion(login)}">
<p class="actions"><button class="button${active ? " second" : ""}">${login === undefined ? t("connect.issue") : t("connect.reissue")}</button></p>
${active ? html`<p class="hint">${t("connect.reissue.hint")}</p>` : ""}</form>
${settings(view, page, topic)}
${examples(view, page, topic)}
<h2>4. ${t("connect.heard")}</h2>
${liveStatus(view)}
${statePill(view, key, page.now)} <p data-live="${key}">${isolated(view, heardText(view, page.now.heardAt))}</p>
${
  page.values.length === 0
    ? html`<p>${t("connect.heard.nothing")}</p>`
    : html`<dl class="facts">${page.values.map((value) => html`<div><dt>${channelName(view, value.channel)}</dt><dd data-live="${key}/${value.channel}">${isolated(view, valueText(view, value))}</dd></div>`)}</dl>
<p><a href="${machinePath(machine)}">${t("connect.see")}</a></p>`
}
<p><a href="${connectPath(machine)}">${t("connect.reload")}</a></p>
${rejectionList(view, page.rejections)}
${
  active
    ? html`<h2>${t("connect.revoke")}</h2><p>${t("connect.revoke.text")}</p>
<form method="post" action="${connectPath(machine)}/revoke"><p class="actions"><button class="button danger">${t("connect.revoke")}</button></p></form>`
    : ""
}`,
  });
}

function settings(view: View, { mqtt, ...page }: ConnectMachinePage, topic: string): Html {
  const { t } = view;
  const username = usernameOf(page);
  return html`<h2>2. ${t("connect.settings")}</h2>
<dl class="facts">
<div><dt>${t("connect.host")}</dt><dd><code dir="ltr">${mqtt.host}</code></dd></div>
<div><dt>${t("connect.port")}</dt><dd><bdi><code>${mqtt.port}</code> (TLS)</bdi>${mqtt.plainPort === undefined ? "" : html`, <code>${mqtt.plainPort}</code> (${t("connect.port.plain")})`}</dd></div>
<div><dt>${t("connect.version")}</dt><dd><bdi dir="ltr">MQTT 3.1.1, QoS 1</bdi></dd></div>
${mqtt.certificateAuthority === undefined ? "" : html`<div><dt>${t("connect.ca")}</dt><dd><a href="/connect/ca.pem" download><bdi dir="ltr">ca.pem</bdi></a></dd></div>`}
<div><dt>${t("connect.username")}</dt><dd><code dir="ltr">${username}</code></dd></div>
<div><dt><bdi lang="en">Client ID</bdi></dt><dd><code dir="ltr">${username}</code></dd></div>
<div><dt>${t("connect.topic")}</dt><dd><code dir="ltr">${topic}/<var>${isolated(view, t("connect.channel"))}</var></code></dd></div>
</dl>
<div class="scroll" tabindex="0" role="region" aria-labelledby="channels"><table><caption id="channels">${t("connect.channels")}</caption><thead><tr><th scope="col">${t("connect.channel")}</th><th scope="col">${t("connect.value")}</th></tr></thead>
<tbody>${(["state", "produced", "scrap", "energy", "temperature"] as const).map((channel) => html`<tr><th scope="row"><code dir="ltr">${channel}</code></th><td>${t(`connect.channel.${channel}`)}</td></tr>`)}</tbody></table></div>
<p>${t("connect.payload")}</p>
<pre dir="ltr"><code>{"t": ${Date.now()}, "v": "producing"}</code></pre>`;
}

function examples({ t }: View, page: ConnectMachinePage, topic: string): Html {
  return html`<h2>3. ${t("connect.try")}</h2>
<p>${t("connect.try.text")}</p>
<pre dir="ltr"><code>${exampleCommand(page, topic)}</code></pre>
<details><summary>Node-RED</summary><p>${t("connect.node-red")}</p>
<pre dir="ltr"><code>msg.topic = "${topic}/temperature";
msg.payload = { t: Date.now(), v: msg.payload };
return msg;</code></pre></details>
<details><summary>ESP32, ESP8266</summary><p>${t("connect.esp")}</p>
<pre dir="ltr"><code>mqtt.publish("${topic}/temperature",
  "{\\"t\\":" + String(epochMilliseconds) + ",\\"v\\":" + String(celsius) + "}");</code></pre></details>`;
}

/** Also the client ID. */
function usernameOf({ company, machine }: Pick<ConnectMachinePage, "company" | "machine">): string {
  return `${company}/${machine.site}/${machine.id}`;
}

export function connectPath({ site, id }: Pick<Machine, "site" | "id">): string {
  return `/connect/${site}/${id}`;
}

function loginState({ t }: View, login: MachineLogin | undefined): Content {
  if (login === undefined) return t("connect.login.none");
  const { revokedAt, createdAt } = login;
  if (revokedAt !== null) return t("connect.login.revoked", (own) => ({ date: own.date(revokedAt) }));
  return t("connect.login.issued", (own) => ({ date: own.date(createdAt) }));
}

/** Ready to paste; it contains the password only while the page shows it. */
function exampleCommand({ mqtt, password, ...page }: ConnectMachinePage, topic: string): string {
  const authority = mqtt.certificateAuthority === undefined ? "" : " --cafile ca.pem";
  const username = usernameOf(page);
  return `mosquitto_pub -V mqttv311 -h ${mqtt.host} -p ${mqtt.port}${authority} \\
  -i '${username}' -u '${username}' -P '${password ?? "…"}' -q 1 \\
  -t ${topic}/temperature -m "{\\"t\\": $(date +%s)000, \\"v\\": 21.5}"`;
}
