/**
 * The builders of TypeBox that the schema uses, with TypeBox's own types. At run time they make the same plain JSON
 * without loading TypeBox, which takes longer than reading a country's file; a test compares the two.
 */
import type * as TypeBox from "typebox";

type Options = Readonly<Record<string, unknown>>;
type Schema = Readonly<Record<string, unknown>>;

const optional = new WeakSet<object>();

const plain =
  (type: string) =>
  (options: Options = {}): Schema => ({ type, ...options });

const builders = {
  Array: (items: Schema, options: Options = {}): Schema => ({ type: "array", items, ...options }),
  Boolean: plain("boolean"),
  Enum: (values: readonly unknown[], options: Options = {}): Schema => ({ enum: values, ...options }),
  Integer: plain("integer"),
  Literal: (value: unknown, options: Options = {}): Schema => ({
    type: typeof value,
    const: value,
    ...options,
  }),
  Number: plain("number"),
  Object: (properties: Readonly<Record<string, Schema>>, options: Options = {}): Schema => {
    const required = Object.keys(properties).filter((key) => !optional.has(properties[key] ?? {}));
    return { type: "object", ...(required.length > 0 && { required }), properties, ...options };
  },
  Optional: (schema: Schema): Schema => {
    const copy = { ...schema };
    optional.add(copy);
    return copy;
  },
  Record: (key: Schema, value: Schema, options: Options = {}): Schema => ({
    type: "object",
    patternProperties: { [String(key.pattern)]: value },
    ...options,
  }),
  String: plain("string"),
};

const Type = builders as unknown as Pick<typeof TypeBox.Type, keyof typeof builders>;

export default Type;
export type { Static, TArrayOptions, TNumberOptions, TSchema, TSchemaOptions, TStringOptions } from "typebox";

export type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
