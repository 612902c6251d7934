using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.Chat.SocketIo;

/// <summary>Writes a time as JavaScript's <c>toISOString</c> does, which is what Socket.IO clients have always got.</summary>
internal sealed class MillisecondConverter : JsonConverter<DateTime>
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Format.Length];
        value.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
