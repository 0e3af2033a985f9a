// The journey by swagger-typescript-api.
import { type Failure, type Made, type Sdk, SOURCE, TEXTS } from "./journey";
import { Api, type Article, type ArticleChanges, ArticleStatus, type HttpResponse, type Problem } from "./sdk/api";

function made(answer: HttpResponse<Article, Problem>): Made {
  const article = answer.data;
  if (article.origin.kind !== "reprint") {
    throw new Error(article.origin.kind);
  }
  const { kind, publishedOn, pages } = article.origin;
  return { ...article, etag: answer.headers.get("etag") ?? "", origin: [kind, publishedOn, pages] };
}

async function failure(call: Promise<HttpResponse<unknown, Problem>>): Promise<Failure> {
  try {
    await call;
  } catch (thrown) {
    const answer = thrown as HttpResponse<unknown, Problem>;
    return { status: answer.status, type: answer.error.type, errors: answer.error.errors ?? [] };
  }
  throw new Error("no error");
}

export function connect(baseUrl: string): Sdk {
  const api = new Api<string>({
    baseUrl,
    securityWorker: (token) => (token ? { headers: { Authorization: `Bearer ${token}` } } : undefined),
  });
  const change = async (slug: string, etag: string, changes: ArticleChanges): Promise<Made> =>
    made(await api.articles.updateArticle(slug, changes, { headers: { "If-Match": etag } }));
  return {
    version: async () => (await api.version.getVersion()).data.contractVersion,
    register: async (handle, password) => {
      const account = { handle, email: `${handle}@example.org`, password, displayName: "Ada" };
      return (await api.accounts.registerAccount(account)).data.handle;
    },
    logIn: async (username, password) => {
      const answer = await api.tokens.createToken({ grant_type: "password", username, password });
      api.setSecurityData(answer.data.access_token);
    },
    create: async (slug, tag) => {
      const origin = { kind: "reprint", publishedOn: "1843-09-01", pages: 65, source: SOURCE } as const;
      const more = { status: ArticleStatus.Published, commentsOpen: true, summary: null, origin };
      return made(await api.articles.createArticle({ ...TEXTS, slug, tags: [tag, "other"], ...more }));
    },
    page: async (tag, cursor) => {
      const page = (await api.articles.listArticles({ tag, limit: 2, cursor })).data;
      return { slugs: page.items.map((item) => item.slug), next: page.nextCursor };
    },
    summarise: (slug, etag, summary) => change(slug, etag, { summary }),
    withdraw: (slug, etag) => change(slug, etag, { status: ArticleStatus.Draft }),
    upload: async (slug, file, name, description) => {
      const made = (await api.articles.createAttachment(slug, { file, name, description })).data;
      return { id: made.id, sha256: made.sha256, about: made.description ?? null };
    },
    download: async (slug, id, part) => {
      const headers: Record<string, string> = part === undefined ? {} : { Range: part };
      const answer = await api.articles.downloadAttachment(slug, id, { headers, format: "arrayBuffer" });
      return new Uint8Array(answer.data as unknown as ArrayBuffer);
    },
    comment: async (slug, body) => void (await api.articles.createComment(slug, { body })),
    stream: async (slug) => (await api.articles.streamComments(slug, {}, { format: "text" })).data,
    wrongTitle: () => failure(api.articles.createArticle({ title: "", body: "x" })),
    notThere: () => failure(api.articles.getArticle("not-there")),
    delete: async (slug, etag) => (await api.articles.deleteArticle(slug, { headers: { "If-Match": etag } })).status,
  };
}
