using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Upstreams;

/// <summary>Changes what must be changed in JSON that passes through, and leaves the rest as it came.</summary>
internal static class UpstreamJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A request for an upstream: with its own id of the model, and for a stream with its usage.</summary>
    public static byte[] Request(JsonElement request, string model, bool isStream)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            foreach (var property in request.EnumerateObject().Where(property => !property.NameEquals("model") && !(isStream && property.NameEquals("stream_options"))))
            {
                property.WriteTo(json);
            }

            if (isStream)
            {
                json.WriteStartObject("stream_options");
                if (request.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object)
                {
                    foreach (var property in options.EnumerateObject().Where(property => !property.NameEquals("include_usage")))
                    {
                        property.WriteTo(json);
                    }
                }

                json.WriteBoolean("include_usage", value: true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>An answer for a client: with the id of the model as it is here, and without a usage that it did not ask for.</summary>
    public static byte[] Answer(JsonElement answer, string model, bool keepsUsage)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var property in answer.EnumerateObject())
            {
                if (property.NameEquals("model"))
                {
                    json.WriteString("model", model);
                }
                else if (keepsUsage || !property.NameEquals("usage"))
                {
                    property.WriteTo(json);
                }
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The error that an upstream answers with.</summary>
    public static OpenAIError ErrorOf(JsonElement body)
    {
        var error = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : default;
        string? Text(string name) => error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return new OpenAIError(Text("message") ?? "The upstream refused the request.", Text("type") ?? OpenAIError.InvalidRequest, Text("param"), Text("code"));
    }
}
