using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Assistant;

/// <summary>Tells the other replicas how answers grow, and that somebody stops one. What Redis loses, the message that comes in the end makes good.</summary>
internal sealed partial class AssistantBus : BackgroundService
{
    private const string Channel = "chat:assistant";

    private readonly byte[] _replica = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
    private readonly IConnectionMultiplexer _redis;
    private readonly DependencyFailures _failures;
    private readonly CheckedSubscription _subscription;

    public AssistantBus(IConnectionMultiplexer redis, IOptions<DependencyFailures> failures, TimeProvider time)
    {
        (_redis, _failures) = (redis, failures.Value);
        _subscription = new CheckedSubscription(redis, Channel, failures.Value, time, Receive);
    }

    /// <summary>Called with an event of another replica.</summary>
    public Action<AssistantEvent>? OnEvent { get; set; }

    /// <summary>Called when somebody at another replica stops an answer.</summary>
    public Action<AssistantStop>? OnStop { get; set; }

    public Task PublishAsync(AssistantEvent assistantEvent) => PublishAsync(new News(assistantEvent, Stop: null));

    public Task PublishAsync(AssistantStop stop) => PublishAsync(new News(Event: null, stop));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _subscription.RunAsync(stoppingToken);

    private async Task PublishAsync(News news)
    {
        try
        {
            await _redis.GetSubscriber().PublishAsync(
                RedisChannel.Literal(Channel), (byte[])[.. _replica, .. JsonSerializer.SerializeToUtf8Bytes(news, AssistantNewsJson.Default.News)]).WithTimeout();
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            // Those at other replicas get the message alone.
        }
    }

    private void Receive(RedisValue message)
    {
        var bytes = ((ReadOnlyMemory<byte>)message).Span;
        if (bytes.StartsWith(_replica)
            || bytes.Length <= _replica.Length
            || JsonSerializer.Deserialize(bytes[_replica.Length..], AssistantNewsJson.Default.News) is not { } news)
        {
            return;
        }

        if (news.Event is not null)
        {
            OnEvent?.Invoke(news.Event);
        }

        if (news.Stop is not null)
        {
            OnStop?.Invoke(news.Stop);
        }
    }

    internal sealed record News(AssistantEvent? Event, AssistantStop? Stop);

    [JsonSerializable(typeof(News))]
    private sealed partial class AssistantNewsJson : JsonSerializerContext;
}

/// <summary>Somebody stops an answer.</summary>
/// <param name="Id">The answer.</param>
/// <param name="Username">Who it is; only who asked can.</param>
internal sealed record AssistantStop(string Id, string Username);
