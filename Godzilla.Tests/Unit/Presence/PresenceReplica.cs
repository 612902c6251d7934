extern alias presence;

using Godzilla.Presence.V1;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using presence::Godzilla.Presence.Leases;
using presence::Godzilla.Presence.Typing;
using presence::Godzilla.Presence.Watching;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Presence;

/// <summary>What a Presence replica has behind its calls, over a real Redis.</summary>
internal sealed class PresenceReplica : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly LeaseWriter _writer;
    private readonly ImageFollower _follower;
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);

    private PresenceReplica(ConnectionMultiplexer redis, OnlineOptions online, TypingOptions typing, WatchingOptions watching)
    {
        _redis = redis;
        var failures = new DependencyFailures().Add<RedisConnectionException>().Add<RedisTimeoutException>();
        Store = new PresenceStore(redis, Options.Create(online), Options.Create(typing));
        Image = new PresenceImage(Store, Options.Create(watching), TimeProvider.System);
        _writer = new LeaseWriter(Store, Image, TimeProvider.System);
        _follower = new ImageFollower(
            redis, Store, Image, Options.Create(failures), _lifetime, TimeProvider.System, NullLogger<ImageFollower>.Instance);
    }

    public PresenceStore Store { get; }

    public PresenceImage Image { get; }

    public static async Task<PresenceReplica> StartAsync(
        string redis, OnlineOptions? online = null, TypingOptions? typing = null, WatchingOptions? watching = null)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        var replica = new PresenceReplica(
            await ConnectionMultiplexer.ConnectAsync(options), online ?? new OnlineOptions(), typing ?? new TypingOptions(), watching ?? new WatchingOptions());
        await replica._writer.StartAsync(CancellationToken.None);
        await replica._follower.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => replica.Image.IsCurrent, "the image is current");
        return replica;
    }

    public Task<long> HoldAsync(string user, string connection) => _writer.WriteAsync(Operation.Hold(user, connection));

    public Task<long> EndAsync(string user, string connection) => _writer.WriteAsync(Operation.End(user, connection));

    public Task<long> TypeAsync(string user, string discussion, bool isTyping = true) =>
        _writer.WriteAsync(Operation.Typing(user, discussion, isTyping));

    /// <summary>Whether a user is online, as a call would answer.</summary>
    public async Task<bool> IsOnlineAsync(string user)
    {
        await Image.CurrentAsync();
        return OnlineUsersResponse.Parser.ParseFrom(Image.Online().Bytes).Usernames.Contains(user);
    }

    public async ValueTask DisposeAsync()
    {
        _lifetime.StopApplication();
        await _follower.StopAsync(CancellationToken.None);
        await _writer.StopAsync(CancellationToken.None);
        _follower.Dispose();
        _writer.Dispose();
        Image.Dispose();
        await _redis.DisposeAsync();
    }
}
