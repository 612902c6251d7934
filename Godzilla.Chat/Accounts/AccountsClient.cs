using System.Net;
using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Accounts;

/// <summary>Asks Accounts about users.</summary>
internal sealed class AccountsClient(HttpClient http)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Finds accounts by their names, in any case.</summary>
    /// <returns>The names as they were registered, in the same order; <see langword="null"/> for those that nobody has.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public async Task<string?[]> ResolveAsync(IReadOnlyCollection<string> usernames, CancellationToken cancellationToken) =>
        (await AskAsync<ResolvedNames>(
            () => new HttpRequestMessage(HttpMethod.Post, "/directory/resolve") { Content = JsonContent.Create(new { usernames }, options: Json) },
            cancellationToken)).Usernames;

    /// <summary>Whether a user looks after the whole system.</summary>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public async Task<bool> IsOperatorAsync(string username, CancellationToken cancellationToken) =>
        (await AskAsync<UserRoles>(
            () => new HttpRequestMessage(HttpMethod.Get, $"/directory/users/{Uri.EscapeDataString(username)}/roles"), cancellationToken)).Roles.Contains(Roles.Admin);

    /// <returns>Some of the accounts that were deleted at or after a time, the oldest first.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public Task<DeletedAccount[]> ListDeletedAsync(DateTime since, CancellationToken cancellationToken) =>
        AskAsync<DeletedAccount[]>(() => new HttpRequestMessage(HttpMethod.Get, $"/directory/deleted?since={since:O}"), cancellationToken);

    // A replica that has died refuses the connection; the second attempt goes to the next.
    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var isLast = false; ; isLast = true)
        {
            try
            {
                using var request = create();
                using var response = await http.SendAsync(request, cancellationToken);
                response.EnsureSuccessStatusCode();
                return (await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken))!;
            }
            catch (HttpRequestException exception) when (exception.StatusCode is null or >= HttpStatusCode.InternalServerError)
            {
                if (isLast)
                {
                    throw new TimeoutException("Accounts does not answer.", exception);
                }
            }
            catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException("Accounts does not answer.", exception);
            }
        }
    }

    /// <param name="Username">Their name.</param>
    /// <param name="DeletedAt">UTC.</param>
    internal sealed record DeletedAccount(string Username, DateTime DeletedAt);

    private sealed record ResolvedNames(string?[] Usernames);

    private sealed record UserRoles(string[] Roles);
}
