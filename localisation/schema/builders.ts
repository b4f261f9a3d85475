/** Builders of the localisation schema: of every field they ask for its title and its description first. */
import type { SchemaNode } from "./file-schema.ts";
import Type, {
  type TArrayOptions,
  type TNumberOptions,
  type TSchema,
  type TSchemaOptions,
  type TStringOptions,
} from "./type.ts";

/** Annotations of a field, as in the schema itself. */
export type Annotations = Pick<
  SchemaNode,
  "title" | "description" | "examples" | "default" | "derived" | "expected" | "localised"
>;

/** An object that refuses unknown keys, so that a typo is never taken for a default. */
export const strictObject = <P extends Record<string, TSchema>>(properties: P, options: Annotations = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

export const text = (title: string, description: string, more: TStringOptions = {}) =>
  Type.String({ title, description, ...more });

export const whole = (title: string, description: string, more: TNumberOptions = {}) =>
  Type.Integer({ title, description, ...more });

export const number = (title: string, description: string, more: TNumberOptions = {}) =>
  Type.Number({ title, description, ...more });

export const flag = (title: string, description: string, more: TSchemaOptions = {}) =>
  Type.Boolean({ title, description, ...more });

export const choice = <const V extends string>(
  title: string,
  description: string,
  values: readonly V[],
  more: TSchemaOptions = {},
) => Type.Enum([...values], { title, description, ...more });

export const list = <T extends TSchema>(
  title: string,
  description: string,
  { items, ...more }: { readonly items: T } & TArrayOptions,
) => Type.Array(items, { title, description, ...more });

export const group = <P extends Record<string, TSchema>>(title: string, description: string, properties: P) =>
  strictObject(properties, { title, description });

/** A group that a file may leave out, because each of its fields has a default or is optional. */
export const settings = <P extends Record<string, TSchema>>(
  title: string,
  description: string,
  properties: P,
) => strictObject(properties, { title, description, default: {} });

/** A shared building block as one field, with a title and a description of its own. */
export const field = <T extends TSchema>(
  schema: T,
  title: string,
  description: string,
  more: Annotations = {},
): T => ({ ...schema, title, description, ...more });

/** A map whose keys all follow one pattern. */
export const mapOf = <V extends TSchema>(key: { readonly pattern: string }, value: V, options: Annotations) =>
  Type.Record(Type.String({ pattern: key.pattern }), value, { additionalProperties: false, ...options });

/** The same with a title and a description first. */
export const map = <V extends TSchema>(
  title: string,
  description: string,
  { keys, values, ...more }: { readonly keys: string; readonly values: V } & Annotations,
) => mapOf({ pattern: keys }, values, { title, description, ...more });

/** The same for fields that a file may leave out and that have no default. */
export const optional = {
  text: (...given: Parameters<typeof text>) => Type.Optional(text(...given)),
  whole: (...given: Parameters<typeof whole>) => Type.Optional(whole(...given)),
  number: (...given: Parameters<typeof number>) => Type.Optional(number(...given)),
  flag: (...given: Parameters<typeof flag>) => Type.Optional(flag(...given)),
  list: <T extends TSchema>(...given: Parameters<typeof list<T>>) => Type.Optional(list<T>(...given)),
  group: <P extends Record<string, TSchema>>(...given: Parameters<typeof group<P>>) =>
    Type.Optional(group<P>(...given)),
  field: <T extends TSchema>(...given: Parameters<typeof field<T>>) => Type.Optional(field<T>(...given)),
};
