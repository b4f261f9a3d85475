/** The operations of the S3 interface that removing old backups needs, list and delete, with signed requests (version 4). */
import { AwsClient } from "aws4fetch";
import { EnvironmentError } from "../../base/kit-error.ts";

export interface ObjectStoreAddress {
  /** `https://s3.example.gov.za`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Stores without regions accept any. */
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export class ObjectStore {
  readonly #client: AwsClient;
  readonly #bucket: string;

  constructor({ endpoint, bucket, region = "us-east-1", accessKeyId, secretAccessKey }: ObjectStoreAddress) {
    // A signature needs the name of a region; it does not choose where data is stored.
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 5 });
    this.#bucket = `${endpoint.replace(/\/$/, "")}/${bucket}`;
  }

  /** Keys below a prefix. @throws EnvironmentError */
  async *list(prefix: string): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ "list-type": "2", "encoding-type": "url", prefix });
      if (token !== undefined) query.set("continuation-token", token);
      const page = await (await this.#send("GET", `?${query}`)).text();
      for (const key of values(page, "Key")) yield decodeURIComponent(key.replaceAll("+", " "));
      token = values(page, "NextContinuationToken")[0];
    } while (token !== undefined);
  }

  /** A key that does not exist is no error. @throws EnvironmentError */
  async delete(key: string): Promise<void> {
    await this.#send("DELETE", `/${key.split("/").map(encodeURIComponent).join("/")}`);
  }

  async #send(method: string, path: string): Promise<Response> {
    let response: Response;
    try {
      response = await this.#client.fetch(`${this.#bucket}${path}`, { method });
    } catch (error) {
      const { cause, message } = error as Error;
      throw new EnvironmentError(
        `${this.#bucket} can't be reached: ${(cause as Error | undefined)?.message ?? message}`,
      );
    }
    if (response.ok) return response;
    const code = values(await response.text(), "Code")[0];
    throw new EnvironmentError(
      `${this.#bucket} refuses ${method}: HTTP ${response.status}${code === undefined ? "" : ` ${code}`}`,
    );
  }
}

/** Texts of an element in S3's flat answers. */
function values(xml: string, element: string): string[] {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) =>
    text.replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole),
  );
}
