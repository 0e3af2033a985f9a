// The journey by openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";
import { type Failure, type Made, type Sdk, SOURCE, TEXTS } from "./journey";
import type { components, paths } from "./sdk/schema";

type Article = components["schemas"]["Article"];
type Problem = components["schemas"]["Problem"];
type Answer<T> = { data?: T; error?: unknown; response: Response };

function data<T>(answer: Answer<T>): T {
  if (answer.data === undefined) {
    throw new Error(JSON.stringify(answer.error));
  }
  return answer.data;
}

function made(answer: Answer<Article>): Made {
  const article = data(answer);
  if (article.origin.kind !== "reprint") {
    throw new Error(article.origin.kind);
  }
  const { kind, publishedOn, pages } = article.origin;
  return { ...article, etag: answer.response.headers.get("etag") ?? "", origin: [kind, publishedOn, pages] };
}

function failure(answer: { error?: Problem; response: Response }): Failure {
  return { status: answer.response.status, type: answer.error?.type ?? "", errors: answer.error?.errors ?? [] };
}

export function connect(baseUrl: string): Sdk {
  const client = createClient<paths>({ baseUrl });
  const change = async (slug: string, etag: string, body: components["schemas"]["ArticleChanges"]): Promise<Made> => {
    const params = { path: { slug }, header: { "If-Match": etag } };
    return made(await client.PATCH("/articles/{slug}", { params, body }));
  };
  return {
    version: async () => data(await client.GET("/version")).contractVersion,
    register: async (handle, password) => {
      const body = { handle, email: `${handle}@example.org`, password, displayName: "Ada" };
      return data(await client.POST("/accounts", { body })).handle;
    },
    logIn: async (username, password) => {
      const answer = await client.POST("/tokens", {
        body: { grant_type: "password", username, password },
        bodySerializer: (body) => new URLSearchParams(body as Record<string, string>),
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      const token = data(answer).access_token;
      client.use({
        onRequest: ({ request }) => {
          request.headers.set("Authorization", `Bearer ${token}`);
          return request;
        },
      });
    },
    create: async (slug, tag) =>
      made(
        await client.POST("/articles", {
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
      const page = data(await client.GET("/articles", { params: { query: { tag, limit: 2, cursor } } }));
      return { slugs: page.items.map((item) => item.slug), next: page.nextCursor };
    },
    summarise: (slug, etag, summary) => change(slug, etag, { summary }),
    withdraw: (slug, etag) => change(slug, etag, { status: "draft" }),
    upload: async (slug, file, name, description) => {
      const answer = await client.POST("/articles/{slug}/attachments", {
        params: { path: { slug } },
        body: { file: "", name, description },
        bodySerializer: (body) => {
          const form = new FormData();
          form.set("name", body.name);
          form.set("description", body.description ?? "");
          form.set("file", file);
          return form;
        },
      });
      const attachment = data(answer);
      return { id: attachment.id, sha256: attachment.sha256, about: attachment.description };
    },
    download: async (slug, attachmentId, part) => {
      const params = { path: { slug, attachmentId }, header: part === undefined ? {} : { Range: part } };
      const answer = await client.GET("/articles/{slug}/attachments/{attachmentId}", { params, parseAs: "arrayBuffer" });
      return new Uint8Array(data(answer));
    },
    comment: async (slug, body) =>
      void data(await client.POST("/articles/{slug}/comments", { params: { path: { slug } }, body: { body } })),
    stream: async (slug) =>
      data(await client.GET("/articles/{slug}/comment-events", { params: { path: { slug } }, parseAs: "text" })),
    wrongTitle: async () => failure(await client.POST("/articles", { body: { title: "", body: "x" } })),
    notThere: async () => failure(await client.GET("/articles/{slug}", { params: { path: { slug: "not-there" } } })),
    delete: async (slug, etag) => {
      const params = { path: { slug }, header: { "If-Match": etag } };
      return (await client.DELETE("/articles/{slug}", { params })).response.status;
    },
  };
}
