using System.Text.RegularExpressions;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.ApiKeys;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>What a client sends to create a key.</summary>
/// <param name="Name">See <see cref="DisplayName"/>.</param>
/// <param name="Scopes">One or more of <see cref="ApiKeyScopes.All"/>.</param>
/// <param name="ExpiresAt">In the future; <see langword="null"/> for a key that does not expire.</param>
/// <param name="Models">The ids of the models that it may use; <see langword="null"/> or none for all.</param>
internal sealed partial record NewApiKey(string? Name, string[]? Scopes, DateTimeOffset? ExpiresAt = null, string[]? Models = null)
{
    // They travel in a header with each request.
    private const int MaxModels = 50;

    /// <summary>Whether a key can be made of it.</summary>
    /// <param name="name">Its name, trimmed.</param>
    /// <param name="error">Otherwise, what is wrong.</param>
    public bool IsValid(DateTimeOffset now, out string? name, out string? error)
    {
        error = !DisplayName.TryParse(Name, out name) ? $"name must be {DisplayName.InWords}"
            : Scopes is null or [] || !Array.TrueForAll(Scopes, ApiKeyScopes.All.Contains) ? $"scopes must hold one or more of {string.Join(", ", ApiKeyScopes.All)}"
            : ExpiresAt <= now ? "expires_at must be in the future"
            : Models is { } models && (models.Length > MaxModels || !Array.TrueForAll(models, model => model is not null && ModelId().IsMatch(model)))
                ? $"models must hold at most {MaxModels} ids of models"
            : null;
        return error is null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModelId();
}
