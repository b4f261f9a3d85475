/** Writes the JSON Schema by which editors complete and check localisation files. */

import { fileSchemas } from "../../localisation/check/schema-check.ts";
import { mapChildren, type SchemaNode } from "../../localisation/schema/file-schema.ts";

/** Formats that editors know; they would warn of others. */
const commonFormats = new Set(["date", "email", "uri"]);

export function editorSchema(): string {
  const root = forEditors(fileSchemas.country);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    ...root,
    definitions: { overlay: overlayOf(root) },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function forEditors({ derived, expected, localised, overlay, format, ...node }: SchemaNode): SchemaNode {
  if (overlay === true) return { title: node.title ?? "", $ref: "#/definitions/overlay" };
  if (localised === true) {
    const { title, description, examples, ...byLanguage } = node;
    const forAll = { type: "string", minLength: 1, maxLength: 4000 };
    return {
      title: title ?? "",
      ...(description !== undefined && { description }),
      anyOf: [forAll, byLanguage],
    };
  }
  const description = derived === undefined ? node.description : `${node.description} Default: ${derived}.`;
  return {
    ...mapChildren(node, forEditors),
    ...(description !== undefined && { description }),
    ...(format !== undefined && commonFormats.has(format) && { format }),
  };
}

/** An overlay is a file in which nothing is required, and which can't change whose file it is. */
function overlayOf(root: SchemaNode): SchemaNode {
  const { apiVersion, country, hosting = {}, ...others } = root.properties ?? {};
  const { environments, ...settings } = hosting.properties ?? {};
  return partial({
    ...root,
    title: "Environment",
    description: "What is different in this environment.",
    properties: { ...others, hosting: { ...hosting, properties: settings } },
  });
}

/** Nothing is required and nothing has a default; items of lists stay whole, since lists are replaced. */
function partial({ required, default: byDefault, ...node }: SchemaNode): SchemaNode {
  const { items } = node;
  return { ...mapChildren(node, partial), ...(items && { items }) };
}
