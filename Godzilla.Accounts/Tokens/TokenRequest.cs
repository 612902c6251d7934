using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Godzilla.Accounts.Tokens;

/// <summary>The fields that a program sends: as a JSON object, or as a form, which is how OAuth 2.0 clients send them (RFC 6749, RFC 7009).</summary>
internal sealed class TokenRequest
{
    private const string Form = "application/x-www-form-urlencoded";

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>Whether the body could be read as one of the two.</summary>
    public bool IsReadable { get; private init; } = true;

    /// <summary>What is wrong with a field, if anything.</summary>
    public string? Fault { get; private set; }

    /// <summary>A field; <see langword="null"/> if it is not there.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>Reads a body.</summary>
    /// <exception cref="BadHttpRequestException">415: it is neither of the two.</exception>
    public static async ValueTask<TokenRequest> BindAsync(HttpContext context)
    {
        if (context.Request.HasJsonContentType())
        {
            return await ReadJsonAsync(context);
        }

        return MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase)
            ? await ReadFormAsync(context)
            : throw new BadHttpRequestException($"The body must be application/json or {Form}", StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<TokenRequest> ReadFormAsync(HttpContext context)
    {
        var request = new TokenRequest();
        try
        {
            foreach (var (name, values) in await context.Request.ReadFormAsync(context.RequestAborted))
            {
                request.Add(name, values.Count == 1 ? values[0] : null);
            }
        }
        catch (InvalidDataException)
        {
            return new TokenRequest { IsReadable = false };
        }

        return request;
    }

    private static async Task<TokenRequest> ReadJsonAsync(HttpContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            var request = new TokenRequest { IsReadable = body.RootElement.ValueKind == JsonValueKind.Object };
            if (request.IsReadable)
            {
                foreach (var property in body.RootElement.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
                {
                    request.Add(property.Name, property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null);
                }
            }

            return request;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter: half of a surrogate pair.
            return new TokenRequest { IsReadable = false };
        }
    }

    private void Add(string name, string? value)
    {
        if (value is null)
        {
            Fault ??= $"{name} must be one string";
        }
        else
        {
            _fields[name] = value;
        }
    }
}
