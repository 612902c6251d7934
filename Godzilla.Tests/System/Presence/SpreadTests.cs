using Godzilla.Tests.Unit;
using Grpc.Core;

namespace Godzilla.Tests.System.Presence;

/// <summary>Chat's calls go to all replicas of Presence.</summary>
[Collection(SharedStores.Name)]
public sealed class SpreadTests(Stores stores)
{
    [Fact]
    public async Task CallsAreSpreadAndGoOnWhenAReplicaDies()
    {
        var redis = await stores.ConnectionStringAsync("redis");
        var logging = ("Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics", "Information");
        using var one = await PresenceProcess.StartAsync(redis, logging);
        using var other = await PresenceProcess.StartAsync(redis, logging);
        await using var chat = await ChatSide.StartAsync(one.Address, other.Address);

        // The second connection may come up a moment later, and the first calls of two new processes may be late.
        await Eventually.TrueAsync(
            async () =>
            {
                await TryAsync();
                return CallsOf(one) >= 20 && CallsOf(other) >= 20;
            },
            "both have calls");

        // No call fails for it.
        one.Kill();
        for (var call = 0; call < 20; call++)
        {
            await SetTypingAsync();
        }

        await one.RestartAsync();
        other.Kill();
        await Eventually.TrueAsync(TryAsync, "the first is used again");

        Task SetTypingAsync() => chat.Client.SetTypingAsync("mothra", "d1", isTyping: true, CancellationToken.None);

        async Task<bool> TryAsync()
        {
            try
            {
                await SetTypingAsync();
                return true;
            }
            catch (RpcException)
            {
                return false;
            }
        }
    }

    private static int CallsOf(PresenceProcess replica) => replica.Output.Count(
        line => line.Contains("Request starting", StringComparison.Ordinal) && line.Contains("SetTyping", StringComparison.Ordinal));
}
