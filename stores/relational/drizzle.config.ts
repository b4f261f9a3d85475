/** Tells drizzle-kit where the tables are defined and where their migrations go. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./stores/relational/schema.ts",
  out: "./stores/relational/migrations",
});
