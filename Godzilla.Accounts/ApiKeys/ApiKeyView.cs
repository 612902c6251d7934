namespace Godzilla.Accounts.ApiKeys;

/// <summary>A key as its user sees it.</summary>
/// <param name="Models">The models that it may use; none: all.</param>
internal sealed record ApiKeyView(
    string Id, string Name, string Prefix, IReadOnlyList<string> Scopes, IReadOnlyList<string> Models, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? LastUsedAt)
{
    public static ApiKeyView Of(ApiKey key) =>
        new(key.Id.ToString(), key.Name, key.Prefix, key.Scopes, key.Models, key.CreatedAt, key.ExpiresAt, key.LastUsedAt);
}

/// <summary>The answer to a list of keys.</summary>
internal sealed record ApiKeyList(IEnumerable<ApiKeyView> Keys) : Answer("API keys");

/// <summary>The answer to a new key.</summary>
/// <param name="Secret">The key itself. It is shown here and never again.</param>
internal sealed record ApiKeyCreated(string Secret, ApiKeyView Key) : Answer("API key created");

/// <summary>What another service learns about a key.</summary>
internal sealed record ApiKeyIdentity(string Id, string User, IReadOnlyList<string> Scopes, IReadOnlyList<string> Models, DateTime? ExpiresAt);
