// The journey of journey.py for TypeScript SDKs: the same steps, the same words, any client behind the same adapter.
import { createHash, randomBytes } from "node:crypto";
import { connect } from "./adapter";

export interface Made {
  slug: string;
  etag: string;
  title: string;
  summary: string | null;
  body: string;
  tags: string[];
  status: string;
  commentsOpen: boolean;
  origin: [kind: string, publishedOn: string, pages: number | undefined];
  createdAt: string;
}

export interface Failure {
  status: number;
  type: string;
  errors: { code: string; pointer?: string }[];
}

export interface Sdk {
  version(): Promise<string>;
  register(handle: string, password: string): Promise<string>;
  logIn(handle: string, password: string): Promise<void>;
  create(slug: string, tag: string): Promise<Made>;
  page(tag: string, cursor: string | undefined): Promise<{ slugs: string[]; next: string | undefined }>;
  summarise(slug: string, etag: string, summary: string | null): Promise<Made>;
  withdraw(slug: string, etag: string): Promise<Made>;
  upload(slug: string, file: File, name: string, about: string): Promise<{ id: number; sha256: string; about: string | null }>;
  download(slug: string, id: number, part: string | undefined): Promise<Uint8Array>;
  comment(slug: string, text: string): Promise<void>;
  /** The text of the stream, or what an SDK that knows streams makes of its `data`. */
  stream(slug: string): Promise<string>;
  wrongTitle(): Promise<Failure>;
  notThere(): Promise<Failure>;
  delete(slug: string, etag: string): Promise<number>;
}

/** What every SDK sends as a new article. */
export const TEXTS = { title: "Ünïcode & <b>", body: "Text\n€ 😀" };
export const SOURCE = "https://example.org/notes";

function equal(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`found ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`);
  }
}

async function journey(sdk: Sdk): Promise<void> {
  const word = randomBytes(5).toString("hex");
  const content = Uint8Array.from({ length: 2048 }, (_, index) => index % 256);
  let made: Made;
  const step = async (name: string, action: () => Promise<void>): Promise<void> => {
    await action();
    console.log(`ok ${name}`);
  };

  await step("version", async () => equal((await sdk.version()).split(".").length, 3));
  await step("register", async () => equal(await sdk.register(`u${word}`, "analytical engine"), `u${word}`));
  await step("token", () => sdk.logIn(`u${word}`, "analytical engine"));
  await step("create", async () => {
    made = await sdk.create(`${word}-0`, word);
    equal([made.slug, made.title, made.body, made.summary], [`${word}-0`, TEXTS.title, TEXTS.body, null]);
    equal([made.tags, made.status, made.commentsOpen], [[word, "other"], "published", true]);
    equal(made.origin, ["reprint", "1843-09-01", 65]);
    equal(Number.parseInt(made.createdAt, 10) >= 2026, true);
  });
  await step("pages", async () => {
    for (const number of [1, 2, 3, 4]) {
      await sdk.create(`${word}-${number}`, word);
    }
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await sdk.page(word, cursor);
      found.push(page.slugs);
      cursor = page.next;
    } while (cursor !== undefined);
    equal(found, [[`${word}-4`, `${word}-3`], [`${word}-2`, `${word}-1`], [`${word}-0`]]);
  });
  await step("patch", async () => {
    const set = await sdk.summarise(made.slug, made.etag, "A summary");
    equal([set.summary, set.tags, set.title], ["A summary", made.tags, made.title]);
    const absent = await sdk.withdraw(made.slug, set.etag);
    equal([absent.summary, absent.tags, absent.status], ["A summary", made.tags, "draft"]);
    const gone = await sdk.summarise(made.slug, absent.etag, null);
    equal([gone.summary, gone.tags, gone.origin], [null, made.tags, made.origin]);
    made = gone;
  });
  await step("upload_and_download", async () => {
    const file = await sdk.upload(made.slug, new File([content], "x.bin"), "bytes ü.bin", "All of them");
    equal([file.sha256, file.about], [createHash("sha256").update(content).digest("hex"), "All of them"]);
    equal([...(await sdk.download(made.slug, file.id, undefined))], [...content]);
    equal([...(await sdk.download(made.slug, file.id, "bytes=10-19"))], [...content.slice(10, 20)]);
  });
  await step("stream", async () => {
    await sdk.comment(`${word}-1`, "First");
    await sdk.comment(`${word}-1`, "Second");
    const told = await sdk.stream(`${word}-1`);
    equal(told.indexOf("First") > 0 && told.indexOf("First") < told.indexOf("Second"), true);
  });
  await step("errors", async () => {
    const wrong = await sdk.wrongTitle();
    equal([wrong.status, wrong.type], [422, "urn:handfast:problem:contract-violation"]);
    equal(wrong.errors.some((each) => each.code === "too-short" && each.pointer === "/title"), true);
    const missing = await sdk.notThere();
    equal([missing.status, missing.type], [404, "urn:handfast:publishing:not-there"]);
  });
  await step("delete", async () => equal(await sdk.delete(made.slug, made.etag), 204));
}

journey(connect(process.env.API ?? "")).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
