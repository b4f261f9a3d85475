/** The light builders make what TypeBox makes. */
import { Type as TypeBox } from "typebox";
import { expect, test } from "vitest";
import Type from "../../localisation/schema/type.ts";

type Builders = typeof Type;

const schemas: readonly [name: string, build: (builders: Builders) => unknown][] = [
  ["text", (T) => T.String({ pattern: "^a$", description: "A." })],
  ["numbers", (T) => [T.Number({ minimum: 0 }), T.Integer({ maximum: 9, default: 1 })]],
  ["true or false", (T) => T.Boolean({ default: false })],
  ["a constant", (T) => T.Literal("a", { title: "A" })],
  ["one of several", (T) => T.Enum(["a", "b"], { title: "A" })],
  ["a list", (T) => T.Array(T.String(), { minItems: 1 })],
  ["a map", (T) => T.Record(T.String({ pattern: "^[a-z]+$" }), T.Number(), { additionalProperties: false })],
  [
    "a group with optional fields",
    (T) => T.Object({ a: T.String(), b: T.Optional(T.Array(T.Integer(), { title: "B" })) }),
  ],
  [
    "a group of optional fields alone",
    (T) => T.Object({ a: T.Optional(T.Object({})) }, { additionalProperties: false }),
  ],
];

test.each(schemas)("%s", (_, build) => {
  expect(JSON.stringify(build(Type))).toBe(JSON.stringify(build(TypeBox as Builders)));
});
