/** Texts that a report has in one language alone are marked as such on its pages, so that they are read and set in their own direction. */
import { expect, test } from "vitest";
import { filesOf } from "./reports.ts";

test("Arabic texts of laws and roles are marked as Arabic on the English page, and never as English", async () => {
  const page = String((await filesOf("eg", "local")).get("report.html"));
  expect(page).toMatch(/<bdi lang="ar">لا تُعالج البيانات/);
  expect(page).toMatch(/<bdi lang="ar">مكتب البرنامج/);
  expect(page).toMatch(/<bdi lang="ar">مركز حماية البيانات الشخصية/);
  expect(page).not.toMatch(/<span lang="en">[^<]*\p{Script=Arabic}/u);
});

test("summaries in English stay English in a country of another language", async () => {
  const page = String((await filesOf("tr", "local")).get("report.html"));
  expect(page).toContain('<span lang="en">Data whose reasons for processing have ceased');
});
