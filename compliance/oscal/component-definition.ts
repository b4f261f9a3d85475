/** The kit as an OSCAL component: the controls that its policies implement, and by which rules. */
import type { Report } from "../report-schema.ts";
import { controlsOf, frameworks, identifierMaker, line, metadata, namespace } from "./identifiers.ts";

export function componentDefinition(report: Report): object {
  const identifier = identifierMaker(report);
  return {
    "component-definition": {
      uuid: identifier("component-definition"),
      metadata: metadata(report, `Country rollout kit ${report.kit} for ${report.country}`, identifier),
      components: [
        {
          uuid: identifier("component"),
          type: "software",
          title: "Country rollout kit",
          description:
            "Sets up a country's industrial IoT stack from one localisation file and checks it by policies.",
          props: [{ name: "version", value: line(report.kit) }],
          "control-implementations": frameworks.map((framework) => ({
            uuid: identifier(`implementation ${framework.key}`),
            source: framework.source,
            description: line(`Controls of ${framework.title} that policies of the kit implement.`),
            "implemented-requirements": controlsOf(report, framework).map((control) => {
              const serving = report.checks.filter(({ controls }) =>
                controls[framework.key].includes(control),
              );
              return {
                uuid: identifier(`requirement ${framework.key} ${control}`),
                "control-id": framework.idOf(control),
                description: line(
                  `${framework.titleOf(control)}: ${serving.map(({ title }) => title).join(" ")}`,
                ),
                props: serving.map(({ policy }) => ({ name: "policy", ns: namespace, value: line(policy) })),
              };
            }),
          })),
        },
      ],
    },
  };
}
