namespace Godzilla.Tests.System.Chat.SocketIo;

/// <summary>Socket.IO clients on all replicas get every message of the lobby once and in order, and a session ends on all of them.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class ReplicaTests(ReplicatedApp app)
{
    private const int Sockets = 6;
    private const int Messages = 30;

    [Fact]
    public async Task AllGetAllInOneOrder()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var gateways = app.ReplicasOf("gateway");
        var readers = new List<EngineSocket>();
        for (var i = 0; i < Sockets; i++)
        {
            readers.Add(await EngineSocket.ConnectAsync(gateways[i % 2], rodan.Token));
        }

        // Chats are taken in turn: the two senders are on different ones.
        using var one = await EngineSocket.ConnectAsync(gateways[0], mothra.Token);
        using var two = await EngineSocket.ConnectAsync(gateways[0], mothra.Token);
        for (var i = 0; i < Messages; i++)
        {
            await (i % 2 == 0 ? one : two).SendAsync($$"""42["message",{"text":"{{i}}"}]""");
        }

        var received = await Task.WhenAll(readers.Select(ReadAsync));

        Assert.Equal(Messages, received[0].Select(message => message.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(received[0].OrderBy(message => message.Seq), received[0]);
        Assert.All(received, messages => Assert.Equal(received[0], messages));
        readers.ForEach(reader => reader.Dispose());

        async Task<List<(long Seq, string? Text)>> ReadAsync(EngineSocket reader)
        {
            var messages = new List<(long, string?)>();
            while (messages.Count < Messages)
            {
                var message = await reader.EventAsync("message", message => message.GetProperty("from").GetString() == mothra.Name);
                messages.Add((message.GetProperty("seq").GetInt64(), message.GetProperty("data").GetProperty("text").GetString()));
            }

            return messages;
        }
    }
}
