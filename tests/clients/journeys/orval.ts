// The journey by orval's fetch client.
import { type Failure, type Made, type Sdk, SOURCE, TEXTS } from "./journey";
import * as api from "./sdk/api";

type Answer = { status: number; data: unknown; headers: Headers };

function made(answer: Answer & { data: api.Article | api.Problem }): Made {
  if (!("slug" in answer.data) || answer.data.origin.kind !== "reprint") {
    throw new Error(JSON.stringify(answer.data));
  }
  const article = answer.data;
  const { kind, publishedOn, pages } = answer.data.origin;
  return { ...article, etag: answer.headers.get("etag") ?? "", origin: [kind, publishedOn, pages] };
}

function failure(answer: Answer & { data: api.Problem | object | void }): Failure {
  if (typeof answer.data !== "object" || !("type" in answer.data)) {
    throw new Error("no error");
  }
  return { status: answer.status, type: answer.data.type, errors: answer.data.errors ?? [] };
}

export function connect(base: string): Sdk {
  let token = "";
  const plain = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    const headers = new Headers(init?.headers);
    if (token !== "") {
      headers.set("Authorization", `Bearer ${token}`); // orval leaves addresses and credentials to whoever calls
    }
    return plain(base + String(url), { ...init, headers });
  };
  const change = async (slug: string, etag: string, changes: api.ArticleChanges): Promise<Made> =>
    made(await api.updateArticle(slug, changes, { headers: { "If-Match": etag } }));
  return {
    version: async () => {
      const answer = await api.getVersion();
      return answer.status === 200 ? answer.data.contractVersion : "";
    },
    register: async (handle, password) => {
      const account = { handle, email: `${handle}@example.org`, password, displayName: "Ada" };
      const answer = await api.registerAccount(account);
      return answer.status === 201 ? answer.data.handle : "";
    },
    logIn: async (username, password) => {
      const answer = await api.createToken({ grant_type: "password", username, password });
      token = answer.status === 200 ? answer.data.access_token : "";
    },
    create: async (slug, tag) => {
      const origin = { kind: "reprint", publishedOn: "1843-09-01", pages: 65, source: SOURCE } as const;
      const more = { status: "published", commentsOpen: true, summary: null, origin } as const;
      return made(await api.createArticle({ ...TEXTS, slug, tags: [tag, "other"], ...more }));
    },
    page: async (tag, cursor) => {
      const answer = await api.listArticles({ tag, limit: 2, cursor });
      if (answer.status !== 200) {
        throw new Error(JSON.stringify(answer.data));
      }
      return { slugs: answer.data.items.map((item) => item.slug), next: answer.data.nextCursor };
    },
    summarise: (slug, etag, summary) => change(slug, etag, { summary }),
    withdraw: (slug, etag) => change(slug, etag, { status: "draft" }),
    upload: async (slug, file, name, description) => {
      const answer = await api.createAttachment(slug, { file, name, description });
      if (answer.status !== 201) {
        throw new Error(JSON.stringify(answer.data));
      }
      return { id: answer.data.id, sha256: answer.data.sha256, about: answer.data.description };
    },
    download: async (slug, id, part) => {
      const answer = await api.downloadAttachment(slug, id, part === undefined ? {} : { headers: { Range: part } });
      if (answer.status !== 200 && answer.status !== 206) {
        throw new Error(String(answer.status));
      }
      return new Uint8Array(await answer.data.arrayBuffer());
    },
    comment: async (slug, body) => void (await api.createComment(slug, { body })),
    stream: async (slug) => {
      const answer = await api.streamComments(slug);
      return answer.status === 200 ? String(answer.data) : "";
    },
    wrongTitle: async () => failure(await api.createArticle({ title: "", body: "x" })),
    notThere: async () => failure(await api.getArticle("not-there")),
    delete: async (slug, etag) => (await api.deleteArticle(slug, { headers: { "If-Match": etag } })).status,
  };
}
