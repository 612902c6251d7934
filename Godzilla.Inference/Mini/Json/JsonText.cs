using System.Text.Encodings.Web;
using System.Text.Json;

namespace Godzilla.Inference.Mini.Json;

/// <summary>How values are written: without what JSON does not need.</summary>
internal static class JsonText
{
    /// <summary>Escapes only what JSON must: the text does not go into a page.</summary>
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = Encoder };

    internal static string Of(JsonElement value) => JsonSerializer.Serialize(value, Compact);

    internal static string Of(string value) => $"\"{JsonEncodedText.Encode(value, Encoder)}\"";

    /// <summary>A text that can be written between quotes as it is.</summary>
    internal static string Plain(string text) => text.Replace('"', '\'').Replace('\\', '/').ReplaceLineEndings(" ").Replace('\t', ' ');
}
