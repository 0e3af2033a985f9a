// What stands beside the documentation: the banner, the findings, and what changed since the base.

import { clock, code, count, element, excerpt, place, refill } from "./elements.js";
import { operation, reveal } from "./documentation.js";

const AT_FIRST = 200; // of a list; the rest is a button away
const SEVERITIES = ["error", "warning", "hint"];
const IMPACTS = { breaking: "Breaks", unknown: "May break", addition: "Adds", wording: "Says otherwise" };

const byId = (id) => document.getElementById(id);
const all = new Set(); // the lists of which everything is shown

/** Say above everything that the contract is broken, or nothing. */
export function banner(status, openFindings) {
  const bar = byId("banner");
  const is = status.state;
  bar.dataset.state = is;
  if (is !== "broken" && is !== "gone") {
    bar.replaceChildren();
    return;
  }
  const [first, ...others] = status.diagnostics;
  const what = is === "gone" ? `${status.contract} is not there.` : "The contract is broken.";
  const kept = status.good
    ? `The documentation and the mock below are of ${clock(status.good.at)}.`
    : "It has not been in order since the preview was started.";
  refill(
    bar,
    element("h2", {}, what, element("small", {}, ` Since ${clock(status.since)}. ${kept}`)),
    status.problem ? element("p", { class: "message" }, status.problem) : null,
    first ? fault(first) : [],
    others.length
      ? element("button", { type: "button", class: "plain", onclick: openFindings }, `and ${count(others.length, "more fault")}`)
      : null,
  );
}

function fault(found) {
  return [
    element("p", { class: "message" }, found.message, " ", code(found.code), " ", place(where(found))),
    excerpt(found.excerpt),
    hint(found.hint),
  ];
}

/** The diagnostics: those of the linter, or what makes the contract broken. */
export function findings(status, found) {
  const broken = status.state === "broken" || status.state === "gone";
  const list = broken ? status.diagnostics : (found?.diagnostics ?? []);
  const waits = !broken && found?.number !== status.asked;
  const worst = SEVERITIES.find((each) => list.some(({ severity }) => severity === each));
  badge("tab-findings", found || broken ? list.length : "…", worst);
  byId("findings").classList.toggle("waits", waits);
  const summary = SEVERITIES.map((each) => [list.filter(({ severity }) => severity === each).length, each])
    .filter(([number]) => number)
    .map(([number, each]) => count(number, each));
  refill(
    byId("findings"),
    found?.problem && !broken ? problem(`The linter could not judge it: ${found.problem}`) : null,
    element("p", { class: "summary" }, said(broken, found, summary)),
    some("findings", list, finding, () => findings(status, found)),
  );
}

function said(broken, found, summary) {
  if (broken) return "What keeps the contract from loading:";
  if (!found) return "Looking…";
  return summary.join(", ") || (found.problem ? "" : "Nothing to report. ✓");
}

function finding(found) {
  const key = `${found.code} ${found.pointer}`;
  return element(
    "article",
    { class: `card ${found.severity}` },
    element("header", {}, element("span", { class: `tag ${found.severity}` }, found.severity), code(found.code)),
    element("p", { class: "message" }, found.message),
    element("p", { class: "places" }, place(where(found)), jump({ pointer: found.pointer }, "Show", key)),
    excerpt(found.excerpt),
    hint(found.hint),
    found.related.map((each) => element("p", { class: "related" }, `${each.message}: `, place(where(each)))),
  );
}

/** What changed since the base, and the version that follows. */
export function changes(status, found) {
  const list = found?.changes ?? [];
  const worst = Object.keys(IMPACTS).find((each) => list.some(({ impact }) => impact === each));
  badge("tab-changes", found ? (found.problem ? "–" : list.length) : "…", worst);
  byId("changes").classList.toggle("waits", status.state === "good" && found?.number !== status.asked);
  if (!found) {
    refill(byId("changes"), element("p", { class: "summary" }, "Comparing…"));
    return;
  }
  const broken = status.state === "broken" || status.state === "gone";
  refill(
    byId("changes"),
    broken ? element("p", { class: "summary" }, `As of ${clock(found.at)}, when the contract was last in order.`) : null,
    found.problem ? noBase(found) : verdict(found),
    some("changes", list, change, () => changes(status, found)),
  );
}

function noBase(found) {
  return [
    problem(`Nothing to compare with: ${found.problem}.`),
    element("p", { class: "summary" }, `The base is ${found.base}; another is chosen with --base.`),
    ...(found.diagnostics ?? []).map(finding),
  ];
}

function verdict(found) {
  const since = element("p", { class: "summary" }, `Since ${found.base} `, element("code", {}, found.commit));
  if (!found.changes.length) return [since, element("p", { class: "summary" }, "Nothing changed. ✓")];
  const [kind, text] = found.isOwnedUp
    ? ["good", `info.version ${found.newVersion} owns up to it`]
    : ["bad", `info.version is ${found.newVersion}`];
  const next = element(
    "p",
    { class: "next" },
    element("span", {}, "Next version"),
    element("strong", {}, found.required ?? "?"),
    element("span", { class: `tag ${kind}` }, text),
  );
  const counts = Object.entries(IMPACTS)
    .map(([impact, name]) => [impact, name, found.changes.filter((each) => each.impact === impact).length])
    .filter(([, , number]) => number)
    .map(([impact, name, number]) => element("span", { class: `tag ${impact}` }, `${name} ${number}`));
  return [since, next, element("p", { class: "counts" }, counts)];
}

function change(found) {
  const key = `${found.code} ${found.pointer} ${found.message}`;
  const verdicts = [["wire", found.wire], ["SDKs", found.sdk], ["handlers", found.handlers]].map(([who, what]) =>
    element("span", { class: `verdict ${what}` }, element("b", {}, who), ` ${what}`),
  );
  const same = meant(found.oldExcerpt) === meant(found.newExcerpt);
  const before = same ? null : excerpt(found.oldExcerpt, "old");
  const now = excerpt(found.newExcerpt, same ? "" : "new");
  return element(
    "article",
    { class: `card ${found.impact}` },
    element("header", {}, element("span", { class: `tag ${found.impact}` }, IMPACTS[found.impact]), code(found.code)),
    element("p", { class: "message" }, found.message),
    element("p", { class: "verdicts" }, verdicts),
    element("p", { class: "reason" }, found.reason),
    element("p", { class: "places" }, found.operations.map((id) => jump({ id }, id, `${key} ${id}`) ?? element("span", { class: "quiet" }, id))),
    before || now
      ? element(
          "details",
          { data: { key } },
          element("summary", {}, found.newPlace ?? found.oldPlace ?? "The lines"),
          found.oldPlace ? element("p", { class: "places" }, "before ", place(found.oldPlace)) : null,
          before,
          found.newPlace ? element("p", { class: "places" }, "now ", place(found.newPlace)) : null,
          now,
        )
      : null,
  );
}

function jump(target, text, key) {
  const found = operation(target);
  if (!found) return null;
  return element("button", { type: "button", class: "jump", data: { key }, onclick: () => reveal(found) }, text);
}

function some(name, list, make, again) {
  const shown = all.has(name) ? list : list.slice(0, AT_FIRST);
  const left = list.length - shown.length;
  const more = () => {
    all.add(name);
    again();
  };
  return [...shown.map(make), left ? element("button", { type: "button", class: "plain", onclick: more }, `Show ${left} more`) : null];
}

function badge(tab, text, kind) {
  const mark = byId(tab).querySelector(".count");
  mark.textContent = text;
  mark.dataset.kind = kind ?? "none";
}

/** The line of an excerpt that is meant, without its number. */
const meant = (text) => (text ?? "").split("\n").find((line) => line.trimStart().startsWith("→"))?.replace(/^[^|]*\|\s*/, "");
const problem = (text) => element("p", { class: "problem" }, text);
const hint = (text) => (text ? element("p", { class: "hint" }, element("b", {}, "hint "), text) : null);
const where = ({ file, line, column }) => (file ? `${file}:${line}:${column}` : "");
