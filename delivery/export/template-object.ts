/**
 * Makes a template of an object of the plan, with the help of its twin from the marked plan: where the twin has a mark, the
 * template has an action. Any other difference is an error, so that a chart can't differ from the plan.
 */
import { InputError } from "../../base/kit-error.ts";
import { type ImageName, imageNames } from "../../components/images.ts";
import type { Properties, Value } from "../../plan/plan.ts";
import {
  digestMark,
  type MarkedPlace,
  markedPlaces,
  registryMarks,
  type Setting,
  withDefaults,
  withValues,
} from "./chart-settings.ts";
import { action, blockAction, conditionalKey, type Tree } from "./template-text.ts";

/** The object depends on a setting in a way that a template can't follow. */
export class UntemplatedDifferenceError extends InputError {}

/** Keys that are absent where their setting is empty. */
const optionalKeys: Readonly<Record<string, string>> = {
  imagePullSecrets: "registryPullSecret",
  storageClassName: "storageClass",
  storageClass: "storageClass",
  ingressClassName: "ingressClassName",
};

const imageByDigest = new Map(imageNames.map((name) => [digestMark(name), name]));
const markedImage = new RegExp(`^${registryMarks.whole}/([^:@]+:[^@]+)@(.+)$`);

/** An image without its registry and digest, as `library/rabbitmq:4.3.5`. */
export type ImageReferences = Map<ImageName, string>;

/** What the texts of one object depend on. */
export interface ObjectPlaces {
  readonly places: readonly MarkedPlace[];
  /** Of the marked plan, as JSON: the list that `zones` of the values gives. */
  readonly zones: string;
}

export class ObjectTemplate {
  /**
   * Its template; `object` is kind and name, for the error.
   * @throws UntemplatedDifferenceError
   */
  readonly of: (planned: Properties, marked: Properties, object: string) => { readonly [key: string]: Tree };

  /**
   * @param otherwise gives the template's text where the marked text with the file's values is not the planned text.
   * @param images gets every image that the objects name.
   * @param more what the texts depend on; the settings alone where absent.
   */
  constructor(
    settings: readonly Setting[],
    otherwise: (path: string, planned: string, marked: string) => string | undefined,
    images: ImageReferences,
    { places, zones }: ObjectPlaces = { places: markedPlaces(settings), zones: "" },
  ) {
    this.of = (plannedObject, markedObject, object) => {
      return mapOf(plannedObject, markedObject, "");

      function node(planned: Value | undefined, marked: Value | undefined, path: string): Tree {
        if (typeof marked === "string") return text(planned, marked, path);
        if (Array.isArray(marked)) {
          if (areZones(planned, marked)) return blockAction(".Values.zones");
          const twins = Array.isArray(planned) ? (planned as readonly Value[]) : undefined;
          // A list that is absent from the plan goes by the marks alone.
          if (twins !== undefined && twins.length !== marked.length) throw differs(path);
          return marked.map((item: Value, index) => node(twins?.[index], item, `${path}[${index}]`));
        }
        if (typeof marked === "object" && marked !== null)
          return mapOf(isMap(planned) ? planned : undefined, marked as Properties, path);
        if (planned !== marked) throw differs(path);
        return marked ?? null;
      }

      function areZones(planned: Value | undefined, marked: Value): boolean {
        const list = JSON.stringify(marked);
        return list === zones && withDefaults(list, places) === JSON.stringify(planned);
      }

      function mapOf(planned: Properties | undefined, marked: Properties, path: string) {
        const tree: Record<string, Tree> = {};
        for (const key of Object.keys(planned ?? {})) if (!(key in marked)) throw differs(`${path}.${key}`);
        for (const [key, value] of Object.entries(marked)) {
          const here = path === "" ? key : `${path}.${key}`;
          const setting = settings.find(({ name }) => name === optionalKeys[key]);
          const optional = setting !== undefined && JSON.stringify(value).includes(setting.mark);
          if (planned !== undefined && !(key in planned) && !optional) throw differs(here);
          // Without a twin, the marks alone decide.
          tree[optional ? conditionalKey(`.Values.${setting.name}`, key) : key] = node(
            planned?.[key],
            value,
            here,
          );
        }
        return tree;
      }

      function text(planned: Value | undefined, marked: string, path: string): Tree {
        const image = markedImage.exec(marked);
        const imageName = image === null ? undefined : imageByDigest.get(image[2]!);
        if (imageName !== undefined) {
          images.set(imageName, image![1]!);
          return action(`include "rollout.image" (list . "${imageName}")`);
        }
        if (planned === undefined || withDefaults(marked, places) === planned)
          return withValues(marked, places);
        const own = typeof planned === "string" ? otherwise(path, planned, marked) : undefined;
        if (own === undefined) throw differs(path);
        return own;
      }

      function differs(path: string): UntemplatedDifferenceError {
        return new UntemplatedDifferenceError(
          `${object} depends on a setting of the chart at ${path}, and no template can follow it.`,
        );
      }
    };
  }
}

const isMap = (value: Value | undefined): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);
