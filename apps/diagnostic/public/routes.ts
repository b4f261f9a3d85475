/** Pages that everybody may read: the first page, and what data is kept. */
import { Hono } from "hono";
import type { Environment } from "../services.ts";
import { privacyPage } from "./data-protection.ts";
import { welcomePage } from "./welcome.ts";

export function publicRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", (c) => c.html(welcomePage(c.var.view, c.var.services.questions.length)))
    .get("/privacy", (c) => c.html(privacyPage(c.var.view)));
}
