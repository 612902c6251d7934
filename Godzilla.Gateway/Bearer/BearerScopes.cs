namespace Godzilla.Gateway.Bearer;

/// <summary>Which keys and tokens a route takes: its metadata says so under <c>Bearer</c>, as scopes of which one is needed, separated by spaces.</summary>
internal static class BearerScopes
{
    private const string Key = "Bearer";

    /// <returns><see langword="null"/> for a route that takes none.</returns>
    public static IReadOnlyList<string>? Of(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.GetValueOrDefault(Key)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
