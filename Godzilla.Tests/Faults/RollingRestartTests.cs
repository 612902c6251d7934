using System.Net;
using System.Net.WebSockets;

namespace Godzilla.Tests.Faults;

/// <summary>Gateways that end and start again while people use them.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class RollingRestartTests(ReplicatedApp app)
{
    private const int Callers = 8;

    [Fact]
    public async Task NoRequestIsLostWhileBothGatewaysAreRestarted()
    {
        using var person = await app.SignUpAsync("gigan");
        using var ending = new CancellationTokenSource();
        var (answered, late) = (0, 0);
        var load = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            using var caller = person.At(app.Gateway);
            while (!ending.IsCancellationRequested)
            {
                using var response = await caller.Http.GetAsync("/discussion");
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    Interlocked.Increment(ref late);
                    continue;
                }

                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Interlocked.Increment(ref answered);
            }
        })).ToArray();

        foreach (var gateway in app.InstancesOf("gateway"))
        {
            var ended = await app.EndAsync("gateway", gateway);
            Assert.Equal(0, ended.ExitCode);
            await app.StartAgainAsync("gateway", gateway);
            var before = Volatile.Read(ref answered);
            await Eventually.TrueAsync(() => Volatile.Read(ref answered) > before + (10 * Callers), "requests are answered");
        }

        await ending.CancelAsync();
        await Task.WhenAll(load);

        // Now and then the store is too late on a busy machine. A gateway that refused while it ends would refuse all that it gets for a second.
        Assert.InRange(late, 0, answered / 50);
    }

    [Fact]
    public async Task SocketsThroughAGatewayThatEndsAreClosedWith1012AndTheOthersAreNot()
    {
        using var person = await app.SignUpAsync("gigan");
        var (leaving, staying) = (app.InstancesOf("gateway")[0], app.InstancesOf("gateway")[1]);
        using var closed = await RawSocket.ConnectAsync(app.AddressOf(leaving), person.Token);
        using var open = await RawSocket.ConnectAsync(app.AddressOf(staying), person.Token);

        await app.EndAsync("gateway", leaving);
        var (status, reason) = await closed.ClosedAsync();

        Assert.Equal(((WebSocketCloseStatus)1012, "The gateway restarts"), (status, reason));
        Assert.Equal(WebSocketState.Open, open.State);
        await app.StartAgainAsync("gateway", leaving);
    }
}
