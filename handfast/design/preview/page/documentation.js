// The documentation: Swagger UI, given each new document in place, so that what is open and where one reads stays.

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

let ui;
let shown;

/** Show a document; the first makes the page, the others change it. */
export function show(contract) {
  shown = contract;
  document.getElementById("empty").hidden = true;
  if (ui) {
    ui.errActions.clear({ source: "resolver" });
    ui.specActions.updateJsonSpec(contract);
    refresh(contract);
    sign();
    return;
  }
  ui = SwaggerUIBundle({
    spec: contract,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    plugins: [KEEPING],
    validatorUrl: null,
    requestInterceptor: (request) => {
      const preference = document.getElementById("prefer").value.trim();
      if (preference) request.headers.Prefer = preference;
      return request;
    },
    onComplete: sign,
  });
}

// Swagger UI forgets all that it resolved when the document is another one, and what is open would be empty for a
// moment, and jump. So it keeps that, and is told what to resolve anew.
const KEEPING = () => ({
  statePlugins: { spec: { wrapActions: { invalidateResolvedSubtreeCache: () => () => ({ type: "preview_kept" }) } } },
});

function refresh(contract) {
  const resolved = ui.specSelectors.specResolvedSubtree([])?.toJS() ?? {};
  for (const [group, members] of Object.entries(resolved)) {
    for (const [name, parts] of Object.entries(members ?? {})) {
      if (name === "securitySchemes") continue; // it asks for these itself
      for (const part of Object.keys(parts ?? {})) {
        const path = [group, name, part];
        if (contract[group]?.[name]?.[part] === undefined) ui.specActions.updateResolvedSubtree(path, undefined);
        else ui.specActions.requestResolvedSubtree(path);
      }
    }
  }
}

/** Present credentials to the mock, which takes any, or none, as the reader wants; what they entered stays. */
export function sign() {
  const schemes = Object.entries(shown?.components?.securitySchemes ?? {});
  const wanted = document.getElementById("credentials").checked;
  if (!wanted) {
    ui.authActions.logout(schemes.map(([name]) => name));
    return;
  }
  const known = ui.authSelectors.authorized()?.toJS() ?? {};
  for (const [name, schema] of schemes) {
    if (known[name]) continue;
    if (schema.type === "oauth2" || schema.type === "openIdConnect") {
      ui.authActions.authorizeOauth2({ auth: { name, schema }, token: { access_token: "preview", token_type: "Bearer" } });
    } else {
      const basic = schema.scheme?.toLowerCase() === "basic";
      const value = basic ? { username: "preview", password: "preview" } : "preview";
      ui.authActions.authorize({ [name]: { name, schema, value } });
    }
  }
}

/** The operation that a JSON Pointer leads into, or that has an operationId, as [path, method]; undefined if none. */
export function operation({ pointer = "", id }) {
  if (!shown?.paths) return undefined;
  if (id) {
    for (const [path, item] of Object.entries(shown.paths)) {
      for (const [method, each] of Object.entries(item ?? {})) {
        if (METHODS.has(method) && each?.operationId === id) return [path, method];
      }
    }
    return undefined;
  }
  const [first, path, method] = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return first === "paths" && METHODS.has(method) && shown.paths[path]?.[method] ? [path, method] : undefined;
}

/** Open an operation, and lead the reader there. */
export function reveal([path, method]) {
  const found = ui?.specSelectors.taggedOperations().entrySeq().toJS() ?? [];
  for (const [tag, { operations }] of found) {
    const match = operations.find((each) => each.path === path && each.method === method);
    if (!match) continue;
    ui.layoutActions.show(["operations-tag", tag], true);
    ui.layoutActions.show(["operations", tag, match.operation.operationId ?? match.id], true);
    requestAnimationFrame(() => requestAnimationFrame(() => lead(path, method)));
    return;
  }
}

function lead(path, method) {
  const blocks = document.querySelectorAll(`#swagger-ui .opblock-${CSS.escape(method)}`);
  const block = [...blocks].find((each) => each.querySelector(".opblock-summary-path")?.dataset.path === path);
  if (!block) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  block.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  block.querySelector("button")?.focus({ preventScroll: true });
  block.classList.add("revealed");
  setTimeout(() => block.classList.remove("revealed"), 1600);
}
