using System.Globalization;
using System.Text.Json;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Embeddings;

/// <summary>A request for embeddings whose parameters were checked.</summary>
internal sealed class EmbeddingRequest
{
    private const int MaxInputs = 2048;

    private EmbeddingRequest(JsonFields body)
    {
        Json = body.Json;
        Model = body.String("model");
        Dimensions = body.FindInteger("dimensions", 1, 65_536);
        IsBase64 = body.FindWord("encoding_format", "float", "base64") == "base64";
        _ = body.FindString("user");
        ReadInput(body);
    }

    /// <summary>The body as it came.</summary>
    public JsonElement Json { get; }

    public string Model { get; }

    public int? Dimensions { get; }

    public bool IsBase64 { get; }

    /// <summary>The texts; empty where tokens were sent.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>The texts that were sent as tokens.</summary>
    public List<int[]> Tokens { get; } = [];

    /// <exception cref="OpenAIException">A parameter is wrong.</exception>
    public static EmbeddingRequest Parse(ReadOnlyMemory<byte> body) => new(JsonFields.Parse(body));

    private void ReadInput(JsonFields body)
    {
        var input = body.Find("input") ?? throw body.Missing("input");
        if (input.ValueKind == JsonValueKind.String)
        {
            Texts.Add(NotEmpty(input.GetString()!, "input"));
            return;
        }

        var array = body.FindArray("input", MaxInputs * 8)!.Value;
        if (array.GetArrayLength() == 0)
        {
            throw OpenAIException.Invalid("'input' must not be empty.", "input", "empty_array");
        }

        // Numbers alone are one text.
        if (array[0].ValueKind == JsonValueKind.Number)
        {
            Tokens.Add(ReadTokens(array, "input"));
            return;
        }

        if (array.GetArrayLength() > MaxInputs)
        {
            throw OpenAIException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"'input' has {array.GetArrayLength()} items; it may have {MaxInputs}."), "input", "array_above_max_length");
        }

        var isTokens = array[0].ValueKind == JsonValueKind.Array;
        foreach (var item in array.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"input[{Texts.Count + Tokens.Count}]");
            if (isTokens && item.ValueKind == JsonValueKind.Array && item.GetArrayLength() > 0)
            {
                Tokens.Add(ReadTokens(item, path));
            }
            else if (!isTokens && item.ValueKind == JsonValueKind.String)
            {
                Texts.Add(NotEmpty(item.GetString()!, path));
            }
            else
            {
                throw JsonFields.WrongTypeAt(path, isTokens ? "an array of tokens, and not empty" : "a string", item);
            }
        }
    }

    private static string NotEmpty(string text, string path) =>
        text.Length > 0 ? text : throw OpenAIException.Invalid($"'{path}' must not be empty.", path, "empty_string");

    private static int[] ReadTokens(JsonElement array, string path)
    {
        var tokens = new int[array.GetArrayLength()];
        var count = 0;
        foreach (var item in array.EnumerateArray())
        {
            tokens[count] = item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var token) && token >= 0
                ? token
                : throw JsonFields.WrongTypeAt(string.Create(CultureInfo.InvariantCulture, $"{path}[{count}]"), "the id of a token", item);
            count++;
        }

        return tokens;
    }
}
