// The journey by openapi-generator's typescript-fetch.
import { type Failure, type Made, type Sdk, SOURCE, TEXTS } from "./journey";
import {
  AboutApi,
  AccountsApi,
  type ApiResponse,
  type Article,
  type ArticleChanges,
  ArticlesApi,
  AttachmentsApi,
  CommentsApi,
  Configuration,
  ProblemFromJSON,
  ResponseError,
  TokensApi,
} from "./sdk/index";

async function made(answer: ApiResponse<Article>): Promise<Made> {
  const article = await answer.value();
  if (article.origin.kind !== "reprint") {
    throw new Error(article.origin.kind);
  }
  const { kind, publishedOn, pages } = article.origin;
  return {
    ...article,
    tags: [...article.tags],
    etag: answer.raw.headers.get("etag") ?? "",
    createdAt: article.createdAt.toISOString(),
    origin: [kind, publishedOn.toISOString().slice(0, 10), pages],
  };
}

async function failure(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) {
      const problem = ProblemFromJSON(await error.response.json());
      return { status: error.response.status, type: problem.type, errors: problem.errors ?? [] };
    }
    throw error;
  }
  throw new Error("no error");
}

export function connect(basePath: string): Sdk {
  let token = "";
  const configuration = new Configuration({ basePath, accessToken: () => `Bearer ${token}` }); // it sends what it gets
  const [articles, attachments, comments] = [
    new ArticlesApi(configuration),
    new AttachmentsApi(configuration),
    new CommentsApi(configuration),
  ];
  const change = async (slug: string, ifMatch: string, articleChanges: ArticleChanges): Promise<Made> =>
    made(await articles.updateArticleRaw({ slug, ifMatch, articleChanges }));
  return {
    version: async () => (await new AboutApi(configuration).getVersion()).contractVersion,
    register: async (handle, password) => {
      const newAccount = { handle, email: `${handle}@example.org`, password, displayName: "Ada" };
      return (await new AccountsApi(configuration).registerAccount({ newAccount })).handle;
    },
    logIn: async (username, password) => {
      const tokens = await new TokensApi(configuration).createToken({ grantType: "password", username, password });
      token = tokens.accessToken;
    },
    create: async (slug, tag) => {
      const origin = { kind: "reprint", publishedOn: new Date("1843-09-01"), pages: 65, source: SOURCE } as const;
      const more = { status: "published", commentsOpen: true, summary: null, origin } as const;
      const tags = new Set([tag, "other"]);
      return made(await articles.createArticleRaw({ newArticle: { ...TEXTS, slug, tags, ...more } }));
    },
    page: async (tag, cursor) => {
      const page = await articles.listArticles({ tag, limit: 2, cursor });
      return { slugs: page.items.map((item) => item.slug), next: page.nextCursor };
    },
    summarise: (slug, etag, summary) => change(slug, etag, { summary }),
    withdraw: (slug, etag) => change(slug, etag, { status: "draft" }),
    upload: async (slug, file, name, description) => {
      const made = await attachments.createAttachment({ slug, file, name, description });
      return { id: made.id, sha256: made.sha256, about: made.description };
    },
    download: async (slug, attachmentId, range) => {
      const file = await attachments.downloadAttachment({ slug, attachmentId, range });
      return new Uint8Array(await file.arrayBuffer());
    },
    comment: async (slug, body) => void (await comments.createComment({ slug, newComment: { body } })),
    stream: (slug) => comments.streamComments({ slug }),
    wrongTitle: () => failure(articles.createArticle({ newArticle: { title: "", body: "x" } })),
    notThere: () => failure(articles.getArticle({ slug: "not-there" })),
    delete: async (slug, ifMatch) => (await articles.deleteArticleRaw({ slug, ifMatch })).raw.status,
  };
}
