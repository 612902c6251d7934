using System.Net;
using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.IdentityModel.Tokens;

namespace Godzilla.Gateway.Bearer;

/// <summary>Asks Accounts about keys and tokens, in the gateway's own name.</summary>
internal sealed class AccountsClient(HttpClient http, TimeProvider time)
{
    // An answer may take a second. A replica that refuses the connection leaves time for another.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(900);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="hash">See <see cref="ServiceDefaults.ApiKeys.ApiKeyToken.IdOf"/>.</param>
    /// <returns>What the key allows, or <see langword="null"/> if there is none that is good.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public async Task<BearerGrant?> FindKeyAsync(string hash) =>
        await ReadAsync<Found>($"/keys/{hash}") is { } key ? new BearerGrant(key.Id, key.User, key.Scopes, key.Models ?? [], key.ExpiresAt) : null;

    /// <param name="id">The claim <c>sid</c> of an access token.</param>
    /// <returns>What the family's tokens allow, or <see langword="null"/> if it has ended.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public async Task<BearerGrant?> FindFamilyAsync(string id) =>
        await ReadAsync<Found>($"/token-families/{Uri.EscapeDataString(id)}") is { } family
            ? new BearerGrant(family.Id, family.User, family.Scopes, family.Models ?? [], family.ExpiresAt)
            : null;

    /// <returns>The keys that verify access tokens.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public async Task<IReadOnlyList<SecurityKey>> ReadKeySetAsync() =>
        [.. new JsonWebKeySet(await ReadAsync(AccessTokenClaims.KeySetPath) ?? throw new TimeoutException("Accounts has no keys.")).GetSigningKeys()];

    private async Task<T?> ReadAsync<T>(string path) => await ReadAsync(path) is { } json ? JsonSerializer.Deserialize<T>(json, Json) : default;

    // Null for 404. A replica that has died refuses the connection; the second attempt goes to the next.
    private async Task<string?> ReadAsync(string path)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        for (var isLast = false; ; isLast = true)
        {
            try
            {
                using var response = await http.GetAsync(path, limit.Token);
                if (response.StatusCode == HttpStatusCode.NotFound)
                {
                    return null;
                }

                response.EnsureSuccessStatusCode();
                return await response.Content.ReadAsStringAsync(limit.Token);
            }
            catch (HttpRequestException) when (!isLast)
            {
                // Once more.
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                throw new TimeoutException("Accounts does not answer.", exception);
            }
        }
    }

    private sealed record Found(string Id, string User, string[] Scopes, string[]? Models, DateTimeOffset? ExpiresAt);
}
