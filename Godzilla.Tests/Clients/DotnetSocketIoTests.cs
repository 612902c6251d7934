using System.Collections.Concurrent;
using System.Text.Json;
using SocketIOClient;
using SocketIOClient.Transport;

namespace Godzilla.Tests.Clients;

/// <summary>The NuGet package <c>SocketIOClient</c> understands the server.</summary>
[Collection(RunningSystem.Name)]
public sealed class DotnetSocketIoTests(GodzillaApp app)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ItTalksAndListens()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var client = Create(mothra);
        using var other = Create(rodan);
        var heard = new BlockingCollection<JsonElement>();
        var welcomed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        other.On("welcome", response => welcomed.TrySetResult(response.GetValue().GetProperty("username").GetString()!));
        other.On("message", response => heard.Add(response.GetValue().Clone()));
        await client.ConnectAsync().WaitAsync(TimeLimit);
        await other.ConnectAsync().WaitAsync(TimeLimit);
        Assert.Equal(rodan.Name, await welcomed.Task.WaitAsync(TimeLimit));
        var text = Guid.NewGuid().ToString();
        var acknowledged = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);

        await client.EmitAsync("message", response => acknowledged.TrySetResult(response.GetValue().Clone()), new { text });
        var receipt = await acknowledged.Task.WaitAsync(TimeLimit);
        JsonElement message;
        do
        {
            Assert.True(heard.TryTake(out message, TimeLimit), "The message did not come");
        }
        while (message.GetProperty("from").GetString() != mothra.Name);

        Assert.Equal(text, message.GetProperty("data").GetProperty("text").GetString());
        Assert.Equal(receipt.GetProperty("id").GetString(), message.GetProperty("id").GetString());
        await client.DisconnectAsync();
        await other.DisconnectAsync();
    }

    private SocketIO Create(Person person) => new(app.Gateway, new SocketIOOptions
    {
        Transport = TransportProtocol.WebSocket,
        AutoUpgrade = false,
        Reconnection = false,
        ExtraHeaders = new Dictionary<string, string>(StringComparer.Ordinal) { ["Cookie"] = $"auth_token={person.Token}" },
    });
}
