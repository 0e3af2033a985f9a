// The journey by @hey-api/openapi-ts.
import * as api from "./sdk/index";
import { type Client, createClient, createConfig } from "./sdk/client/index";
import { type Failure, type Made, type Sdk, SOURCE, TEXTS } from "./journey";

type Answer<T> = { data?: T; error?: unknown; response?: Response };

function data<T>(answer: Answer<T>): T {
  if (answer.data === undefined) {
    throw new Error(JSON.stringify(answer.error));
  }
  return answer.data;
}

function made(answer: Answer<api.Article>): Made {
  const article = data(answer);
  if (article.origin.kind !== "reprint") {
    throw new Error(article.origin.kind);
  }
  const { kind, publishedOn, pages } = article.origin;
  return { ...article, etag: answer.response?.headers.get("etag") ?? "", origin: [kind, publishedOn, pages] };
}

function failure(answer: { error?: api.Problem; response?: Response }): Failure {
  return { status: answer.response?.status ?? 0, type: answer.error?.type ?? "", errors: answer.error?.errors ?? [] };
}

export function connect(baseUrl: string): Sdk {
  let token = "";
  const client: Client = createClient(createConfig({ baseUrl, auth: () => token }));
  return {
    version: async () => data(await api.getVersion({ client })).contractVersion,
    register: async (handle, password) => {
      const body = { handle, email: `${handle}@example.org`, password, displayName: "Ada" };
      return data(await api.registerAccount({ client, body })).handle;
    },
    logIn: async (username, password) => {
      token = data(await api.createToken({ client, body: { grant_type: "password", username, password } })).access_token;
    },
    create: async (slug, tag) =>
      made(
        await api.createArticle({
          client,
          body: {
            ...TEXTS,
            slug,
            summary: null,
            tags: [tag, "other"],
            status: "published",
            commentsOpen: true,
            origin: { kind: "reprint", publishedOn: "1843-09-01", pages: 65, source: SOURCE },
          },
        }),
      ),
    page: async (tag, cursor) => {
      const page = data(await api.listArticles({ client, query: { tag, limit: 2, cursor } }));
      return { slugs: page.items.map((item) => item.slug), next: page.nextCursor };
    },
    summarise: async (slug, etag, summary) =>
      made(await api.updateArticle({ client, path: { slug }, headers: { "If-Match": etag }, body: { summary } })),
    withdraw: async (slug, etag) =>
      made(await api.updateArticle({ client, path: { slug }, headers: { "If-Match": etag }, body: { status: "draft" } })),
    upload: async (slug, file, name, description) => {
      const made = data(await api.createAttachment({ client, path: { slug }, body: { file, name, description } }));
      return { id: made.id, sha256: made.sha256, about: made.description };
    },
    download: async (slug, attachmentId, part) => {
      const headers = part === undefined ? {} : { Range: part };
      const file = data(await api.downloadAttachment({ client, path: { slug, attachmentId }, headers }));
      return new Uint8Array(await file.arrayBuffer());
    },
    comment: async (slug, body) => void data(await api.createComment({ client, path: { slug }, body: { body } })),
    stream: async (slug) => {
      const { stream } = await api.streamComments({ client, path: { slug }, query: { wait: 1 } });
      const told: string[] = [""];
      for await (const comment of stream) {
        told.push(comment.body);
      }
      return told.join("\n");
    },
    wrongTitle: async () => failure(await api.createArticle({ client, body: { title: "", body: "x" } })),
    notThere: async () => failure(await api.getArticle({ client, path: { slug: "not-there" } })),
    delete: async (slug, etag) => {
      const answer = await api.deleteArticle({ client, path: { slug }, headers: { "If-Match": etag } });
      return answer.response?.status ?? 0;
    },
  };
}
