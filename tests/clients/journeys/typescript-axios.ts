// The journey by openapi-generator's typescript-axios.
import { type AxiosResponse, isAxiosError } from "axios";
import { type Failure, type Made, type Sdk, SOURCE, TEXTS } from "./journey";
import {
  AboutApi,
  AccountsApi,
  type Article,
  type ArticleChanges,
  ArticlesApi,
  AttachmentsApi,
  CommentsApi,
  Configuration,
  type Problem,
  TokensApi,
} from "./sdk/index";

function made(answer: AxiosResponse<Article>): Made {
  const article = answer.data;
  if (article.origin.kind !== "reprint") {
    throw new Error(article.origin.kind);
  }
  const { kind, publishedOn, pages } = article.origin;
  // Its types say Set where `uniqueItems` is declared; what arrives is the array of the JSON.
  return { ...article, tags: [...article.tags], etag: String(answer.headers.etag), origin: [kind, publishedOn, pages] };
}

async function failure(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    if (isAxiosError<Problem>(error) && error.response) {
      const problem = error.response.data;
      return { status: error.response.status, type: problem.type, errors: problem.errors ?? [] };
    }
    throw error;
  }
  throw new Error("no error");
}

export function connect(basePath: string): Sdk {
  let token = "";
  const configuration = new Configuration({ basePath, accessToken: () => token });
  const articles = new ArticlesApi(configuration);
  const attachments = new AttachmentsApi(configuration);
  const comments = new CommentsApi(configuration);
  const change = async (slug: string, etag: string, changes: ArticleChanges): Promise<Made> =>
    made(await articles.updateArticle(etag, slug, changes));
  return {
    version: async () => (await new AboutApi(configuration).getVersion()).data.contractVersion,
    register: async (handle, password) => {
      const account = { handle, email: `${handle}@example.org`, password, displayName: "Ada" };
      return (await new AccountsApi(configuration).registerAccount(account)).data.handle;
    },
    logIn: async (handle, password) => {
      token = (await new TokensApi(configuration).createToken("password", handle, password)).data.access_token;
    },
    create: async (slug, tag) => {
      const origin = { kind: "reprint", publishedOn: "1843-09-01", pages: 65, source: SOURCE } as const;
      const tags = [tag, "other"] as unknown as Set<string>; // a Set would be sent as {}
      const more = { status: "published", commentsOpen: true, summary: null, origin } as const;
      return made(await articles.createArticle({ ...TEXTS, slug, tags, ...more }));
    },
    page: async (tag, cursor) => {
      const page = (await articles.listArticles(2, cursor, undefined, undefined, tag)).data;
      return { slugs: page.items.map((item) => item.slug), next: page.nextCursor };
    },
    summarise: (slug, etag, summary) => change(slug, etag, { summary }),
    withdraw: (slug, etag) => change(slug, etag, { status: "draft" }),
    upload: async (slug, file, name, description) => {
      const made = (await attachments.createAttachment(slug, file, name, description)).data;
      return { id: made.id, sha256: made.sha256, about: made.description };
    },
    download: async (slug, id, range) => {
      const options = { responseType: "arraybuffer" } as const; // without it axios makes a text of bytes
      const answer = await attachments.downloadAttachment(slug, id, undefined, range, undefined, options);
      return new Uint8Array(answer.data as unknown as ArrayBuffer);
    },
    comment: async (slug, body) => void (await comments.createComment(slug, { body })),
    stream: async (slug) => (await comments.streamComments(slug)).data,
    wrongTitle: () => failure(articles.createArticle({ title: "", body: "x" })),
    notThere: () => failure(articles.getArticle("not-there")),
    delete: async (slug, etag) => (await articles.deleteArticle(etag, slug)).status,
  };
}
