// Uses Vercel's AI SDK with its OpenAI provider, and writes what it got as one JSON object a line. Environment: BASE_URL, API_KEY, EMBEDDINGS.
import { createOpenAI } from "@ai-sdk/openai";
import { embed, generateObject, generateText, streamText, tool } from "ai";
import { z } from "zod";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const { BASE_URL, API_KEY, EMBEDDINGS } = process.env;
const openai = createOpenAI({ baseURL: BASE_URL, apiKey: API_KEY });
const model = openai.chat("godzilla-mini");

const generated = await generateText({ model, prompt: "What is Godzilla?", seed: 7, maxOutputTokens: 40 });
say({ text: generated.text, finish: generated.finishReason, tokens: generated.usage.totalTokens });

let streamed = "";
const stream = streamText({ model, prompt: "What is Godzilla?", seed: 7, maxOutputTokens: 40 });
for await (const piece of stream.textStream) {
  streamed += piece;
}
say({ streamed, tokens: (await stream.usage).totalTokens });

const { object } = await generateObject({ model, schema: z.object({ name: z.string(), tons: z.number() }), prompt: "Describe a monster" });
say({ object });

const { toolCalls } = await generateText({
  model,
  prompt: "Use getWeather for Tokyo",
  tools: { getWeather: tool({ description: "The weather", inputSchema: z.object({ city: z.string() }) }) },
  toolChoice: "required",
});
say({ tool: toolCalls[0].toolName, input: toolCalls[0].input });

say({ dimensions: (await embed({ model: openai.embedding(EMBEDDINGS), value: "mothra" })).embedding.length });
