using Aspire.Hosting.Testing;
using Godzilla.Presence.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Godzilla.Tests.System.Presence;

/// <summary>The calls of a client that knows only the fixed fields, and those of ours.</summary>
[Collection(RunningSystem.Name)]
public sealed class PresenceGrpcTests(GodzillaApp app) : IDisposable
{
    private readonly GrpcChannel _signed = Channel(app, new SigningHandler("chat", "presence"));
    private readonly string _user = $"king-{Guid.NewGuid():N}";

    private PresenceService.PresenceServiceClient Client => new(_signed);

    [Fact]
    public async Task HealthNeedsNoSignature()
    {
        using var channel = Channel(app, new SocketsHttpHandler());

        var answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task ConnectionsWithoutAnIdAreCounted()
    {
        var connected = await Client.UserConnectedAsync(new UserRequest { Username = _user });
        await Client.UserConnectedAsync(new UserRequest { Username = _user });

        Assert.Equal(connected.Usernames.Order(StringComparer.Ordinal), connected.Usernames);
        Assert.Contains(_user, connected.Usernames);
        await Client.UserDisconnectedAsync(new UserRequest { Username = _user });
        Assert.Contains(_user, (await Client.GetOnlineUsersAsync(new Empty())).Usernames);
        await Client.UserDisconnectedAsync(new UserRequest { Username = _user });
        Assert.DoesNotContain(_user, (await Client.GetOnlineUsersAsync(new Empty())).Usernames);
        await Client.UserDisconnectedAsync(new UserRequest { Username = _user });
    }

    [Fact]
    public async Task ConnectionsWithAnIdAreIdempotent()
    {
        var connection = new UserRequest { Username = _user, ConnectionId = "c1" };
        await Client.UserConnectedAsync(connection);
        await Client.UserConnectedAsync(connection);

        await Client.UserDisconnectedAsync(connection);

        Assert.DoesNotContain(_user, (await Client.GetOnlineUsersAsync(new Empty())).Usernames);
    }

    [Fact]
    public async Task RenewingAnUnknownConnectionAddsIt()
    {
        var renewal = new RenewLeasesRequest { Connections = { new UserRequest { Username = _user, ConnectionId = "c1" } } };

        var online = await Client.RenewLeasesAsync(renewal);

        Assert.Contains(_user, online.Usernames);
    }

    [Fact]
    public async Task TypingEndsWithTheLastConnection()
    {
        var connection = new UserRequest { Username = _user, ConnectionId = "c1" };
        await Client.UserConnectedAsync(connection);
        await Client.SetTypingAsync(new SetTypingRequest { Username = _user, IsTyping = true });
        await Client.SetTypingAsync(new SetTypingRequest { Username = _user, IsTyping = true, DiscussionId = "d1" });
        Assert.Single((await Client.GetTypingUsersAsync(new Empty())).Usernames, user => user == _user);
        Assert.Equal([_user], (await Client.GetTypingUsersInAsync(new DiscussionRequest { DiscussionId = "d1" })).Usernames);

        await Client.UserDisconnectedAsync(connection);

        Assert.DoesNotContain(_user, (await Client.GetTypingUsersAsync(new Empty())).Usernames);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a b", "")]
    [InlineData("a\nb", "")]
    [InlineData("king", "~c")]
    [InlineData("king", "c 1")]
    public async Task BadNamesAreInvalidArguments(string username, string connectionId)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client.UserConnectedAsync(new UserRequest { Username = username, ConnectionId = connectionId }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task AnUnsignedCallIsUnauthenticated()
    {
        using var channel = Channel(app, new SocketsHttpHandler());

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new PresenceService.PresenceServiceClient(channel).GetOnlineUsersAsync(new Empty()));

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    public void Dispose() => _signed.Dispose();

    private static GrpcChannel Channel(GodzillaApp app, HttpMessageHandler handler) => GrpcChannel.ForAddress(
        app.App.GetEndpoint("presence", "grpc"), new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
}
