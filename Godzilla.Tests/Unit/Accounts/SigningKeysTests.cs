using Godzilla.Accounts.Tokens;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Accounts;

/// <summary>The ring of signing keys, in a real database, over the weeks.</summary>
[Collection(SharedStores.Name)]
public sealed class SigningKeysTests(Stores stores) : IAsyncLifetime
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(30);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly string _database = $"keys-{Guid.NewGuid():N}"[..24];
    private readonly List<IDisposable> _open = [];

    public async Task InitializeAsync()
    {
        using var client = new MongoClient(await stores.ConnectionStringAsync("mongodb"));
        await new SigningKeyStore(client.GetDatabase(_database)).EnsureIndexAsync();
    }

    public Task DisposeAsync()
    {
        _open.ForEach(disposable => disposable.Dispose());
        return Task.CompletedTask;
    }

    [Fact]
    public async Task ReplicasThatStartAtOnceShareOneKey()
    {
        var replicas = new List<SigningKeys>();
        for (var i = 0; i < 4; i++)
        {
            replicas.Add(await ReplicaAsync());
        }

        await Task.WhenAll(replicas.Select(replica => replica.LoadAsync(CancellationToken.None)));

        var names = await Task.WhenAll(replicas.Select(SignerAsync));
        Assert.Single(names.Distinct(StringComparer.Ordinal));
        foreach (var replica in replicas)
        {
            Assert.Equal([names[0]], await PublishedAsync(replica));
        }
    }

    [Fact]
    public async Task TheNextKeyIsPublishedBeforeItSignsAndTheOneBeforeStaysUntilItsTokensAreOver()
    {
        var (first, second) = (await ReplicaAsync(), await ReplicaAsync());
        await first.LoadAsync(CancellationToken.None);
        await second.LoadAsync(CancellationToken.None);
        var old = await SignerAsync(first);

        _time.Advance(KeyLifetime - SigningKeys.Lead);
        await first.LoadAsync(CancellationToken.None);
        await second.LoadAsync(CancellationToken.None);

        var published = await PublishedAsync(first);
        Assert.Equal(2, published.Count);
        Assert.Equal(published, await PublishedAsync(second));
        Assert.Equal(old, published[0]);
        Assert.Equal(old, await SignerAsync(first));

        _time.Advance(SigningKeys.Lead);
        Assert.Equal(published[1], await SignerAsync(first));
        Assert.Equal(published[1], await SignerAsync(second));
        await first.LoadAsync(CancellationToken.None);
        Assert.Equal(published, await PublishedAsync(first));

        // The last token of the old key lasts an hour, and a clock may be five minutes behind.
        _time.Advance(TimeSpan.FromMinutes(65));
        await second.LoadAsync(CancellationToken.None);
        Assert.Equal([published[1]], await PublishedAsync(second));
        await first.LoadAsync(CancellationToken.None);
        Assert.Equal([published[1]], await PublishedAsync(first));
    }

    [Fact]
    public async Task WithAnotherSecretANewKeySignsAndTheOldOneStillVerifies()
    {
        var before = await ReplicaAsync();
        await before.LoadAsync(CancellationToken.None);
        var after = await ReplicaAsync(secret: "another-secret-0123456789-0123456789");
        await after.LoadAsync(CancellationToken.None);

        // While a rollout changes the secret, each signs with what it can read, and makes no more.
        await before.LoadAsync(CancellationToken.None);
        await after.LoadAsync(CancellationToken.None);

        Assert.NotEqual(await SignerAsync(before), await SignerAsync(after));
        Assert.Equal([await SignerAsync(before), await SignerAsync(after)], await PublishedAsync(after));
        Assert.Equal(await PublishedAsync(before), await PublishedAsync(after));
    }

    [Fact]
    public void AKeyThatWasMovedOrChangedIsNotRead()
    {
        var cipher = new SigningKeyCipher("a-secret-of-these-tests-0123456789");
        var encrypted = cipher.Encrypt("first", "the key"u8);

        Assert.Equal("the key"u8.ToArray(), cipher.Decrypt("first", encrypted));
        Assert.Null(cipher.Decrypt("second", encrypted));
        Assert.Null(new SigningKeyCipher("another-secret-0123456789-0123456789").Decrypt("first", encrypted));
        encrypted[^1] ^= 1;
        Assert.Null(cipher.Decrypt("first", encrypted));
        Assert.Null(cipher.Decrypt("first", []));
    }

    private static async Task<string> SignerAsync(SigningKeys keys) => (await keys.GetSignerAsync(CancellationToken.None)).Key.KeyId;

    private static async Task<IReadOnlyList<string>> PublishedAsync(SigningKeys keys) =>
        [.. (await keys.GetPublishedAsync(CancellationToken.None)).Select(key => key.KeyId)];

    private async Task<SigningKeys> ReplicaAsync(string secret = "a-secret-of-these-tests-0123456789")
    {
        var client = new MongoClient(await stores.ConnectionStringAsync("mongodb"));
        var keys = new SigningKeys(
            new SigningKeyStore(client.GetDatabase(_database)),
            Options.Create(new TokenOptions { Secret = secret, KeyLifetime = KeyLifetime }),
            Options.Create(new DependencyFailures()),
            _time,
            NullLogger<SigningKeys>.Instance);
        _open.Add(client);

        // The first connection takes longer than a call may on a machine that is busy.
        await client.GetDatabase(_database).RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));
        _open.Add(keys);
        return keys;
    }
}
