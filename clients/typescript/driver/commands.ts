import { readFileSync } from "node:fs";
import type { DescMessage, DescMethod, JsonValue, Message } from "@bufbuild/protobuf";
import { fromJson, toJson } from "@bufbuild/protobuf";
import {
  AdminService,
  type CallOptions,
  ConversationService,
  createMemoryClient as createNodeClient,
  ImportUserResponseSchema,
  JobService,
  type MemoryClient,
  MemoryService,
  MemsvcError,
  Pager,
  PersonaService,
  ProfileService,
  ProjectService,
  ProviderService,
  UserService,
} from "@memsvc/client/node";
import { createMemoryClient as createWebClient } from "@memsvc/client/web";

/** A command as it comes in. */
export interface Command {
  readonly id: number;
  readonly op: string;
  readonly target?: string;
  readonly api_key?: string;
  readonly timeout_seconds?: number;
  readonly max_message_bytes?: number;
  readonly tls_roots_file?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly request?: JsonValue;
  readonly requests?: readonly JsonValue[];
  readonly take?: number;
  readonly cancel_after?: number;
  readonly warmup?: number;
  readonly count?: number;
}

/** What is said in answer to a command, apart from its id. */
export type Reply = Partial<Record<"response" | "error" | "failure", JsonValue>>;

/** A method of the client, whatever its shape. */
type Call = (request: unknown, options: CallOptions) => unknown;

/** The services that the client has methods for. */
const OWN = [MemoryService, JobService, AdminService, UserService];

/** Those that it has no methods for, by the names that it has them under. */
const OTHERS = {
  admin: AdminService,
  conversations: ConversationService,
  personas: PersonaService,
  profiles: ProfileService,
  projects: ProjectService,
  providers: ProviderService,
};

/** All methods: a client's by the name, such as "Recall", the others' with the service's before it. */
const METHODS = new Map<string, { method: DescMethod; of?: keyof typeof OTHERS }>([
  ...OWN.flatMap(({ methods }) => methods.map((method) => [method.name, { method }] as const)),
  ...(Object.keys(OTHERS) as (keyof typeof OTHERS)[]).flatMap((of) =>
    OTHERS[of].methods.map(
      (method) => [`${OTHERS[of].name}/${method.name}`, { method, of }] as const,
    ),
  ),
]);

/** Carries out commands with one client at a time. */
export class Commands {
  readonly #web: boolean;
  #client: MemoryClient | undefined;

  constructor(web: boolean) {
    this.#web = web;
  }

  /** Carries out one command. A call that failed is an error, everything else a failure. */
  async run(command: Command): Promise<Reply> {
    try {
      return await this.#dispatch(command);
    } catch (error) {
      return error instanceof MemsvcError
        ? { error: errorJson(error) }
        : { failure: String(error) };
    }
  }

  #dispatch(command: Command): Reply | Promise<Reply> {
    switch (command.op) {
      case "describe":
        return this.#describe();
      case "connect":
        return this.#connect(command);
      case "wait_until_ready":
        return this.#ready(command);
      case "unary":
        return this.#unary(command);
      case "list":
        return this.#list(command);
      case "upload":
        return this.#upload(command);
      case "stream":
        return this.#stream(command);
      case "bench":
        return this.#bench(command);
      case "close":
        this.close();
        return { response: {} };
      default:
        return { failure: `no command ${command.op}` };
    }
  }

  /** Closes the client, if there is one. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #describe(): Reply {
    const metadata = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
    const { version } = JSON.parse(metadata) as { version: string };
    const language = this.#web ? "typescript-web" : "typescript";
    return { response: { language, client_version: version } };
  }

  #connect(command: Command): Reply {
    this.close();
    const { target = "", api_key, max_message_bytes, tls_roots_file, headers } = command;
    const timeoutMs = millisecondsOf(command);
    const options = { apiKey: api_key, timeoutMs, maxMessageBytes: max_message_bytes, headers };
    const tls = tls_roots_file !== undefined && { ca: readFileSync(tls_roots_file) };
    this.#client = this.#web
      ? createWebClient({ ...options, baseUrl: target })
      : createNodeClient({ ...options, target, tls });
    return { response: {} };
  }

  async #ready(command: Command): Promise<Reply> {
    await this.#connected().waitUntilReady(optionsOf(command));
    return { response: {} };
  }

  async #unary(command: Command): Promise<Reply> {
    const { method, call, request } = this.#call(command);
    const answer = await first(call(request, optionsOf(command)));
    return { response: toJson(method.output, answer, { useProtoFieldName: true }) };
  }

  async #list(command: Command): Promise<Reply> {
    const { method, call, request } = this.#call(command);
    const pager = call(request, optionsOf(command));
    if (!(pager instanceof Pager)) {
      return { failure: `${method.name} is no list` };
    }
    const field = method.output.fields.find(({ fieldKind }) => fieldKind === "list");
    const schema = field?.message as DescMessage;
    const items: JsonValue[] = [];
    const { take = Number.POSITIVE_INFINITY } = command;
    if (take > 0) {
      for await (const item of pager as Pager<Message, never>) {
        items.push(toJson(schema, item, { useProtoFieldName: true }));
        if (items.length >= take) {
          break;
        }
      }
    }
    return { response: { items } };
  }

  async #upload(command: Command): Promise<Reply> {
    if (command.method === "ImportUser") {
      return this.#import(command);
    }
    const { method, call } = this.#call(command);
    const requests = (command.requests ?? []).map((json) => fromJson(method.input, json));
    const controller = new AbortController();
    function* outgoing() {
      for (const [index, request] of requests.entries()) {
        if (index === command.cancel_after) {
          controller.abort();
          return;
        }
        yield request;
      }
      if (command.cancel_after !== undefined) {
        controller.abort();
      }
    }
    const options = { ...optionsOf(command), signal: controller.signal };
    try {
      const answer = (await call(outgoing(), options)) as Message;
      return { response: toJson(method.output, answer, { useProtoFieldName: true }) };
    } catch (error) {
      if (this.#web && error instanceof MemsvcError) {
        return { failure: error.message };
      }
      throw error;
    }
  }

  async #import(command: Command): Promise<Reply> {
    const { user_id: userId } = (command.request ?? {}) as { user_id?: string };
    const lines = command.requests as readonly string[];
    const answer = await this.#connected().importUser(lines, { ...optionsOf(command), userId });
    return { response: toJson(ImportUserResponseSchema, answer, { useProtoFieldName: true }) };
  }

  async #stream(command: Command): Promise<Reply> {
    const { method, call, request } = this.#call(command);
    const stream = call(request, optionsOf(command)) as AsyncIterable<Message | string>;
    const events: JsonValue[] = [];
    try {
      for await (const event of stream) {
        events.push(
          typeof event === "string"
            ? event
            : toJson(method.output, event, { useProtoFieldName: true }),
        );
        if (events.length === command.cancel_after) {
          break;
        }
      }
    } catch (error) {
      if (error instanceof MemsvcError) {
        return { response: { events }, error: errorJson(error) };
      }
      throw error;
    }
    return { response: { events } };
  }

  async #bench(command: Command): Promise<Reply> {
    const { call, request } = this.#call(command);
    const { warmup = 20, count = 200 } = command;
    const times: number[] = [];
    for (let index = 0; index < warmup + count; index++) {
      const started = performance.now();
      await first(call(request, optionsOf(command)));
      times.push(performance.now() - started);
    }
    const sorted = times.slice(warmup).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return { response: { p50_ms: at(0.5), p95_ms: at(0.95) } };
  }

  /** The method of a command, what calls it, and its request if it is a single one. */
  #call(command: Command): { method: DescMethod; call: Call; request: Message } {
    const named = METHODS.get(command.method ?? "");
    if (named === undefined) {
      throw new Error(`no method ${command.method}`);
    }
    const { method, of } = named;
    const client = this.#connected();
    const owner = (of === undefined ? client : client.services[of]) as unknown as MemoryClient;
    const call = owner[method.localName as "recall"].bind(owner) as unknown as Call;
    return { method, call, request: fromJson(method.input, command.request ?? {}) };
  }

  #connected(): MemoryClient {
    if (this.#client === undefined) {
      throw new Error("not connected");
    }
    return this.#client;
  }
}

/** The answer of a call, or the first page of a list. */
async function first(answer: unknown): Promise<Message> {
  if (!(answer instanceof Pager)) {
    return (await answer) as Message;
  }
  for await (const page of answer.pages()) {
    return page as unknown as Message;
  }
  throw new Error("a list without a page");
}

function optionsOf(command: Command): CallOptions {
  const timeoutMs = millisecondsOf(command);
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(command.headers === undefined ? {} : { headers: command.headers }),
  };
}

function millisecondsOf({ timeout_seconds }: Command): number | undefined {
  return timeout_seconds === undefined ? undefined : timeout_seconds * 1000;
}

function errorJson(error: MemsvcError): JsonValue {
  return {
    code: error.codeName,
    reason: error.reason,
    message: error.message,
    field_violations: error.fieldViolations.map(({ field, description }) => ({
      field,
      description,
    })),
    retry_after_seconds: error.retryAfterMs === undefined ? null : error.retryAfterMs / 1000,
    error_id: error.errorId,
    request_id: error.requestId,
    metadata: { ...error.metadata },
  };
}
