// Uses every part of the API that the official client has a name for, and writes what it got as one JSON object a line.
// Environment: BASE_URL, API_KEY, BAD_KEY.
import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from "openai";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const { BASE_URL, API_KEY, BAD_KEY } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: API_KEY, maxRetries: 0 });
const model = "godzilla-mini";
const messages = [{ role: "user", content: "What is Godzilla?" }];
const thrown = async (make) => {
  try {
    await make();
    return null;
  } catch (error) {
    return error;
  }
};

say({ models: (await client.models.list()).data.map((m) => m.id), retrieved: (await client.models.retrieve(model)).id });

const { data: whole, response } = await client.chat.completions.create({ model, messages, seed: 7, max_tokens: 40 }).withResponse();
say({ text: whole.choices[0].message.content, finish: whole.choices[0].finish_reason, usage: whole.usage, request: response.headers.get("x-request-id"), id: whole._request_id });

let streamed = "";
let usage = null;
for await (const chunk of await client.chat.completions.create({ model, messages, seed: 7, max_tokens: 40, stream: true, stream_options: { include_usage: true } })) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}
say({ streamed, usage });

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const called = await client.chat.completions.create({
  model,
  messages: [{ role: "user", content: "Use get_weather for Tokyo" }],
  tools: [{ type: "function", function: { name: "get_weather", parameters } }],
  tool_choice: "required",
});
const call = called.choices[0].message.tool_calls[0];
say({ tool: call.function.name, arguments: JSON.parse(call.function.arguments), finish: called.choices[0].finish_reason });

const schema = { type: "object", properties: { name: { type: "string" }, tons: { type: "integer" } }, required: ["name", "tons"], additionalProperties: false };
const structured = await client.chat.completions.create({ model, messages, response_format: { type: "json_schema", json_schema: { name: "monster", strict: true, schema } } });
say({ structured: JSON.parse(structured.choices[0].message.content) });

// Without encoding_format the client asks for base64, and decodes it.
const { data } = await client.embeddings.create({ model: process.env.EMBEDDINGS, input: ["mothra", "rodan"] });
say({ dimensions: data.map((d) => d.embedding.length), length: Math.hypot(...data[0].embedding) });

const errors = {
  key: await thrown(() => new OpenAI({ baseURL: BASE_URL, apiKey: BAD_KEY, maxRetries: 0 }).models.list()),
  model: await thrown(() => client.chat.completions.create({ model: "no-such-model", messages })),
  request: await thrown(() => client.chat.completions.create({ model, messages: [] })),
};
say({
  key: [errors.key instanceof AuthenticationError, errors.key?.status, errors.key?.code],
  model: [errors.model instanceof NotFoundError, errors.model?.status, errors.model?.code],
  request: [errors.request instanceof BadRequestError, errors.request?.status, errors.request?.param],
});

const leaving = await client.chat.completions.create({ model, messages, stream: true });
for await (const _ of leaving) {
  break; // Which aborts the request.
}
say({ left: true, aborted: (await thrown(() => client.models.list({ signal: AbortSignal.abort() }))) instanceof APIUserAbortError });

const created = await client.responses.create({ model, input: "What is Godzilla?", max_output_tokens: 40 });
let response_streamed = "";
let last = null;
for await (const event of await client.responses.create({ model, input: "And Mothra?", previous_response_id: created.id, max_output_tokens: 40, stream: true })) {
  response_streamed += event.type === "response.output_text.delta" ? event.delta : "";
  last = event;
}
const kept = await client.responses.retrieve(last.response.id);
say({ response: created.output_text, response_streamed, kept: kept.output_text, previous: kept.previous_response_id === created.id });
const inputs = [];
for await (const item of client.responses.inputItems.list(last.response.id, { order: "asc", limit: 1 })) inputs.push(item.content[0].text);
say({ inputs });
const gone = await thrown(() => client.responses.retrieve("resp_none"));
say({ gone: [gone instanceof NotFoundError, gone?.status] });
