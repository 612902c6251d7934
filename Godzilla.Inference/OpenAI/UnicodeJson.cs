using System.Text.Json;
using System.Text.Unicode;

namespace Godzilla.Inference.OpenAI;

/// <summary>
/// Reads JSON in which every name and string is text. <see cref="JsonDocument"/> takes bytes that are not UTF-8 and halves of surrogate pairs
/// (RFC 8259, section 8.2), and throws when somebody asks for the string, or for a name beside it.
/// </summary>
internal static class UnicodeJson
{
    /// <exception cref="JsonException">It is no JSON. Without a position: a name or a string is not Unicode.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (!IsText(json.Span))
        {
            throw new JsonException("A string is not Unicode.");
        }

        return JsonDocument.Parse(json);
    }

    /// <inheritdoc cref="Parse"/>
    public static async Task<JsonDocument> ParseAsync(Stream json, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await json.CopyToAsync(buffer, cancellationToken);
        return Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    private static bool IsText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        if (json.IndexOf("\\u"u8) < 0)
        {
            return true;
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
