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
  readonly #settings: readonly Setting[];
  readonly #otherwise: (path: string, planned: string, marked: string) => string | undefined;
  readonly #images: ImageReferences;
  readonly #places: readonly MarkedPlace[];
  readonly #zones: string;

  /**
   * @param otherwise gives the template's text where the marked text with the file's values is not the planned text.
   * @param images gets every image that the objects name.
   * @param more what the texts depend on; the settings alone where absent.
   */
  constructor(
    settings: readonly Setting[],
    otherwise: (path: string, planned: string, marked: string) => string | undefined,
    images: ImageReferences,
    more: ObjectPlaces = { places: markedPlaces(settings), zones: "" },
  ) {
    this.#settings = settings;
    this.#otherwise = otherwise;
    this.#images = images;
    this.#places = more.places;
    this.#zones = more.zones;
  }

  /**
   * @param object kind and name, for the error.
   * @throws UntemplatedDifferenceError
   */
  of(planned: Properties, marked: Properties, object: string): { readonly [key: string]: Tree } {
    return this.#map(planned, marked, object, "");
  }

  #node(planned: Value | undefined, marked: Value | undefined, object: string, path: string): Tree {
    if (typeof marked === "string") return this.#text(planned, marked, object, path);
    if (Array.isArray(marked)) {
      if (this.#areZones(planned, marked)) return blockAction(".Values.zones");
      const twins = Array.isArray(planned) ? (planned as readonly Value[]) : undefined;
      // A list that is absent from the plan goes by the marks alone.
      if (twins !== undefined && twins.length !== marked.length) throw this.#differs(object, path);
      return marked.map((item: Value, index) =>
        this.#node(twins === undefined ? undefined : twins[index], item, object, `${path}[${index}]`),
      );
    }
    if (typeof marked === "object" && marked !== null)
      return this.#map(isMap(planned) ? planned : undefined, marked as Properties, object, path);
    if (planned !== marked) throw this.#differs(object, path);
    return marked ?? null;
  }

  #areZones(planned: Value | undefined, marked: Value): boolean {
    const text = JSON.stringify(marked);
    return text === this.#zones && withDefaults(text, this.#places) === JSON.stringify(planned);
  }

  #map(planned: Properties | undefined, marked: Properties, object: string, path: string) {
    const tree: Record<string, Tree> = {};
    if (planned !== undefined)
      for (const key of Object.keys(planned))
        if (!(key in marked)) throw this.#differs(object, `${path}.${key}`);
    for (const [key, value] of Object.entries(marked)) {
      const here = path === "" ? key : `${path}.${key}`;
      const setting = this.#settings.find(({ name }) => name === optionalKeys[key]);
      const optional = setting !== undefined && JSON.stringify(value).includes(setting.mark);
      if (planned !== undefined && !(key in planned) && !optional) throw this.#differs(object, here);
      // Without a twin, the marks alone decide.
      const child = this.#node(
        optional && planned?.[key] === undefined ? undefined : planned?.[key],
        value,
        object,
        here,
      );
      tree[optional ? conditionalKey(`.Values.${setting.name}`, key) : key] = child;
    }
    return tree;
  }

  #text(planned: Value | undefined, marked: string, object: string, path: string): Tree {
    const image = markedImage.exec(marked);
    const imageName = image === null ? undefined : imageByDigest.get(image[2]!);
    if (imageName !== undefined) {
      this.#images.set(imageName, image![1]!);
      return action(`include "rollout.image" (list . "${imageName}")`);
    }
    if (planned !== undefined && withDefaults(marked, this.#places) !== planned) {
      const text = typeof planned === "string" ? this.#otherwise(path, planned, marked) : undefined;
      if (text === undefined) throw this.#differs(object, path);
      return text;
    }
    return withValues(marked, this.#places);
  }

  #differs(object: string, path: string): UntemplatedDifferenceError {
    return new UntemplatedDifferenceError(
      `${object} depends on a setting of the chart at ${path}, and no template can follow it.`,
    );
  }
}

const isMap = (value: Value | undefined): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);
