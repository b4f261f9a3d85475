/** Where drizzle-kit finds the tables and writes their migrations. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./stores/relational/schema.ts",
  out: "./stores/relational/migrations",
});
