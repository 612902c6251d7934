using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Cli.Chat.Server;

/// <summary>A user's session, over the gateway's HTTP routes. The token never leaves it but as a cookie.</summary>
internal sealed class Session(Uri server, TimeProvider time) : IDisposable
{
    /// <summary>The cookie that holds the token.</summary>
    public const string Cookie = "auth_token";

    private const int ListPage = 100;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server, Timeout = TimeSpan.FromSeconds(30) };
    private string? _token;

    /// <summary>Where the hub is.</summary>
    public Uri Hub { get; } = new(server, "hubs/chat");

    /// <summary>The user's name; empty until they are known.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The value of the <c>Cookie</c> header.</summary>
    public string CookieHeader => $"{Cookie}={_token}";

    /// <summary>Whether this object began the session, so that nobody else needs it.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>Takes over a session that exists.</summary>
    /// <exception cref="ServerException">401: it has ended.</exception>
    public async Task UseAsync(string token, CancellationToken cancellationToken)
    {
        _token = token;
        Name = (await SendAsync<Profile>(HttpMethod.Get, "user/me", body: null, cancellationToken)).Username;
    }

    /// <summary>Creates an account.</summary>
    /// <exception cref="ServerException">400: the name or the password breaks a rule; 409: the name is taken.</exception>
    public Task RegisterAsync(string name, string password, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, "user/register", new { username = name, password }, cancellationToken);

    /// <summary>Begins a session.</summary>
    /// <exception cref="ServerException">401: the name or the password is wrong.</exception>
    public async Task SignInAsync(string name, string password, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(HttpMethod.Post, "user/login", new { username = name, password }, cancellationToken);
        const string Prefix = Cookie + "=";
        var cookie = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.LastOrDefault(c => c.StartsWith(Prefix, StringComparison.Ordinal)) : null;
        _token = cookie?.Split(';')[0][Prefix.Length..] ?? throw new ServerException("The server sent no session");
        IsOwn = true;

        // The server knows names regardless of their case.
        Name = (await SendAsync<Profile>(HttpMethod.Get, "user/me", body: null, cancellationToken)).Username;
    }

    /// <summary>Ends the session.</summary>
    public Task SignOutAsync(CancellationToken cancellationToken) => SendAsync<JsonElement>(HttpMethod.Post, "user/logout", body: null, cancellationToken);

    /// <returns>All of the user's discussions, the newest activity first.</returns>
    public async Task<IReadOnlyList<Discussion>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<Discussion>();
        for (var path = $"discussion?limit={ListPage}"; path is not null;)
        {
            using var response = await AnswerAsync(HttpMethod.Get, path, body: null, cancellationToken);
            all.AddRange(await ReadAsync<Discussion[]>(response, cancellationToken));

            // As in </discussion?limit=100&cursor=…>; rel="next"
            path = response.Headers.TryGetValues("Link", out var links) ? links.First().Split('<', '>')[1].TrimStart('/') : null;
        }

        return all;
    }

    /// <summary>Reads messages by a query such as <c>limit=20</c>.</summary>
    public Task<MessagePage> MessagesAsync(string discussion, string query, CancellationToken cancellationToken) =>
        SendAsync<MessagePage>(HttpMethod.Get, $"discussion/{Uri.EscapeDataString(discussion)}/messages?{query}", body: null, cancellationToken);

    public Task<Discussion> CreateAsync(IReadOnlyCollection<string> users, string? title, CancellationToken cancellationToken) =>
        SendAsync<Discussion>(HttpMethod.Post, "discussion", new { users, title }, cancellationToken);

    public Task InviteAsync(string discussion, IReadOnlyCollection<string> users, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, $"discussion/{discussion}/members", new { users }, cancellationToken);

    /// <summary>Ends the user's membership.</summary>
    public Task LeaveAsync(string discussion, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Delete, $"discussion/{discussion}/members/{Uri.EscapeDataString(Name)}", body: null, cancellationToken);

    /// <summary>Notes that the user has read the messages up to one.</summary>
    public Task MarkReadAsync(string discussion, long seq, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Put, $"discussion/{discussion}/read", new { seq }, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(method, path, body, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    // The gateway limits requests, and a store may be away: it says when to try again. Longer than a person waits is an error.
    private async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ;)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: Json) };
            if (_token is not null)
            {
                request.Headers.Add("Cookie", CookieHeader);
            }

            HttpResponseMessage response;
            try
            {
                response = await _http.SendAsync(request, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new LinkLostException($"{server} does not answer: {exception.Message}", exception);
            }

            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                var wait = response.Headers.RetryAfter?.Delta;
                if (wait is null || waited + wait > LongestWait)
                {
                    var later = wait is null ? "" : $"; try again in {wait.Value.TotalSeconds:0} s";
                    throw new ServerException(await MessageOfAsync(response, cancellationToken) + later, response.StatusCode);
                }

                waited += wait.Value;
                await Task.Delay(wait.Value, time, cancellationToken);
            }
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return (await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken))!;
        }
        catch (JsonException)
        {
            throw new ServerException("The server's answer makes no sense. Is it Godzilla?", response.StatusCode);
        }
    }

    private static async Task<string> MessageOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("message").GetString() ?? "";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}";
        }
    }

    private sealed record Profile(string Username);
}
