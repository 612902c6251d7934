using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Godzilla.Gateway.Bearer;

/// <summary>
/// The keys that verify access tokens, as Accounts publishes them. They are kept, and fetched anew for a token that names another; made-up
/// names make no more than one fetch a second.
/// </summary>
internal sealed class PublishedKeys(AccountsClient accounts, IOptions<AccessTokenOptions> options, TimeProvider time)
{
    private static readonly TimeSpan UnknownEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private IReadOnlyList<SecurityKey> _keys = [];
    private long? _fetchedAt;
    private Task? _fetch;

    /// <returns>The key of that name, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach, and no key of that name is known.</exception>
    public async Task<SecurityKey?> FindAsync(string name)
    {
        var known = Find(name);
        if (known is null || Age >= options.Value.KeySetLifetime)
        {
            try
            {
                await FetchAsync(isKnown: known is not null);
            }
            catch (TimeoutException) when (known is not null)
            {
                return known;
            }
        }

        return Find(name);
    }

    private TimeSpan Age
    {
        get
        {
            lock (_lock)
            {
                return _fetchedAt is { } at ? time.GetElapsedTime(at) : TimeSpan.MaxValue;
            }
        }
    }

    private SecurityKey? Find(string name)
    {
        lock (_lock)
        {
            return _keys.FirstOrDefault(key => key.KeyId == name);
        }
    }

    // One fetch for all who wait.
    private Task FetchAsync(bool isKnown)
    {
        lock (_lock)
        {
            return _fetch is { IsCompleted: false } ? _fetch
                : !isKnown && Age < UnknownEvery ? Task.CompletedTask
                : _fetch = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        var keys = await accounts.ReadKeySetAsync();
        lock (_lock)
        {
            (_keys, _fetchedAt) = (keys, time.GetTimestamp());
        }
    }
}
