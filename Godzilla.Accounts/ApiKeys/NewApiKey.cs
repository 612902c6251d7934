using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.ApiKeys;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>What a client sends to create a key.</summary>
/// <param name="Name">See <see cref="DisplayName"/>.</param>
/// <param name="Scopes">One or more of <see cref="ApiKeyScopes.All"/>.</param>
/// <param name="ExpiresAt">In the future; <see langword="null"/> for a key that does not expire.</param>
internal sealed record NewApiKey(string? Name, string[]? Scopes, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Whether a key can be made of it.</summary>
    /// <param name="name">Its name, trimmed.</param>
    /// <param name="error">Otherwise, what is wrong.</param>
    public bool IsValid(DateTimeOffset now, out string? name, out string? error)
    {
        error = !DisplayName.TryParse(Name, out name) ? $"name must be {DisplayName.InWords}"
            : Scopes is null or [] || !Array.TrueForAll(Scopes, ApiKeyScopes.All.Contains) ? $"scopes must hold one or more of {string.Join(", ", ApiKeyScopes.All)}"
            : ExpiresAt <= now ? "expires_at must be in the future"
            : null;
        return error is null;
    }
}
