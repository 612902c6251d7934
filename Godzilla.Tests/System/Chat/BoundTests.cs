using System.Net;
using System.Net.WebSockets;

namespace Godzilla.Tests.System.Chat;

/// <summary>What one person can take of Chat, over two replicas.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class BoundTests(ReplicatedApp app)
{
    [Fact]
    public async Task OneConnectionTooManyIsClosedAndTheOthersStay()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var sockets = new List<EngineSocket>();
        try
        {
            var refused = new List<string>();
            for (var i = 0; i < (2 * ReplicatedApp.ConnectionsPerUser) + 2; i++)
            {
                try
                {
                    sockets.Add(await EngineSocket.ConnectAsync(app.Gateway, mothra.Token));
                }
                catch (InvalidOperationException closed)
                {
                    refused.Add(closed.Message);
                }
            }

            // Connections go to the two replicas in turn, roughly.
            Assert.NotEmpty(refused);
            Assert.All(refused, message => Assert.Contains(nameof(WebSocketCloseStatus.PolicyViolation), message, StringComparison.Ordinal));
            // Those that are in can go on.
            foreach (var socket in sockets)
            {
                await socket.AskAsync("history", new { discussion_id = "lobby" });
            }

            Assert.InRange(sockets.Count, ReplicatedApp.ConnectionsPerUser, 2 * ReplicatedApp.ConnectionsPerUser);

            // Room for one is room for another.
            await sockets[0].LeaveAsync();
            await Eventually.TrueAsync(
                async () =>
                {
                    try
                    {
                        using var next = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
                        return true;
                    }
                    catch (InvalidOperationException)
                    {
                        return false;
                    }
                },
                "another connection is let in");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task DiscussionsCreatedADayAreCountedOverTheReplicas()
    {
        using var mothra = await app.SignUpAsync("mothra");
        for (var i = 0; i < 100; i++)
        {
            await mothra.CreateDiscussionAsync();
        }

        using var refused = await mothra.SendAsync(HttpMethod.Post, "/discussion", new { users = new[] { mothra.Name } });
        Assert.Equal("You have created too many discussions today", await Envelope.AssertAsync(HttpStatusCode.TooManyRequests, refused));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
    }
}
