using System.Text.Json.Serialization;
using Godzilla.Inference.Models;

namespace Godzilla.Inference.OpenAI;

/// <summary>The JSON of answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAIErrorBody))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelView))]
internal sealed partial class OpenAIJson : JsonSerializerContext;
