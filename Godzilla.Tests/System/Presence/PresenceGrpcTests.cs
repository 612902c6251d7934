using System.Net;
using System.Net.Http.Headers;
using Aspire.Hosting.Testing;
using Godzilla.Presence.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;

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
    public async Task LeasesAreUpdatedTogetherAndABadOneDoesNotStopTheRest()
    {
        var update = new UpdateLeasesRequest
        {
            Held =
            {
                new Connection { Username = "a b", ConnectionId = "c1" },
                new Connection { Username = _user, ConnectionId = "" },
                new Connection { Username = _user, ConnectionId = "c1" },
                new Connection { Username = $"{_user}2", ConnectionId = "c2" },
            },
            Ended = { new Connection { Username = $"{_user}2", ConnectionId = "c2" }, new Connection { Username = "", ConnectionId = "c3" } },
        };

        var answer = await Client.UpdateLeasesAsync(update);
        var again = await Client.UpdateLeasesAsync(update);

        Assert.Equal(
            [
                "username must be at most 128 characters without white space",
                "connection_id is required",
                "username is required",
            ],
            answer.Rejected.Select(rejection => rejection.Reason));
        Assert.Equal(answer.Rejected, again.Rejected);
        Assert.True(again.Version >= answer.Version && answer.Version > 0);
        var online = (await Client.GetOnlineUsersAsync(new Empty())).Usernames;
        Assert.Contains(_user, online);
        Assert.DoesNotContain($"{_user}2", online);
    }

    [Fact]
    public async Task AWatchBeginsWithASnapshotAndGoesOnWithChanges()
    {
        await Client.UserConnectedAsync(new UserRequest { Username = _user, ConnectionId = "c1" });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var watch = Client.Watch(new WatchRequest(), cancellationToken: limit.Token);
        var stream = watch.ResponseStream;
        Assert.True(await stream.MoveNext(limit.Token));
        Assert.Contains(_user, stream.Current.Snapshot.Online);
        var version = stream.Current.Version;

        await Client.UserConnectedAsync(new UserRequest { Username = $"{_user}2", ConnectionId = "c2" });
        await Client.SetTypingAsync(new SetTypingRequest { Username = _user, DiscussionId = "d1", IsTyping = true });
        await Client.UserDisconnectedAsync(new UserRequest { Username = _user, ConnectionId = "c1" });

        var said = new List<WatchResponse>();
        while (!said.Exists(message => message.Left.Contains(_user)))
        {
            Assert.True(await stream.MoveNext(limit.Token));
            Assert.Null(stream.Current.Snapshot);
            Assert.True(stream.Current.Version >= version);
            version = stream.Current.Version;
            said.Add(stream.Current);
        }

        var typing = new TypingUser { Username = _user, DiscussionId = "d1" };
        Assert.Single(said, message => message.Joined.Contains($"{_user}2"));
        Assert.True(said.FindIndex(message => message.Typing.Contains(typing)) < said.FindIndex(message => message.Stopped.Contains(typing)));
    }

    [Fact]
    public async Task UsersAreKnown()
    {
        await Client.UserConnectedAsync(new UserRequest { Username = _user, ConnectionId = "c1" });

        var users = (await Client.GetUsersAsync(new GetUsersRequest { Usernames = { _user, $"{_user}2" } })).Users;

        Assert.True(users[0] is { Online: true, Away: false, LastSeen: > 0 } && users[0].Username == _user);
        Assert.Equal(new UserStatus { Username = $"{_user}2" }, users[1]);
    }

    [Fact]
    public async Task ADeadlineThatIsOverIsHonoured()
    {
        using var watch = Client.Watch(new WatchRequest(), deadline: DateTime.UtcNow.AddMilliseconds(500));

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task ReflectionNamesTheServiceInDevelopment()
    {
        using var channel = Channel(app, new SocketsHttpHandler());
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(deadline: DateTime.UtcNow.AddSeconds(20));
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "presence.PresenceService" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.NotEmpty(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
        await call.RequestStream.CompleteAsync();
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
    [InlineData("", "", "username is required")]
    [InlineData("a b", "", "username must be at most 128 characters without white space")]
    [InlineData("a\nb", "", "username must be at most 128 characters without white space")]
    [InlineData("king", "~c", "connection_id must not begin with ~")]
    [InlineData("king", "c 1", "connection_id must be at most 128 characters without white space")]
    public async Task BadNamesAreInvalidArguments(string username, string connectionId, string message)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client.UserConnectedAsync(new UserRequest { Username = username, ConnectionId = connectionId }));

        Assert.Equal(new Status(StatusCode.InvalidArgument, message), error.Status);
    }

    [Fact]
    public async Task BadRequestsNameTheField()
    {
        await InvalidAsync("held and ended must be 1 to 1000 together", () => Client.UpdateLeasesAsync(new UpdateLeasesRequest()).ResponseAsync);
        await InvalidAsync("usernames must be 1 to 100", () => Client.GetUsersAsync(new GetUsersRequest()).ResponseAsync);
        await InvalidAsync("discussion_id is required", () => Client.GetTypingUsersInAsync(new DiscussionRequest()).ResponseAsync);
        await InvalidAsync("from_version must not be negative", async () =>
        {
            using var watch = Client.Watch(new WatchRequest { FromVersion = -1 });
            await watch.ResponseStream.MoveNext(CancellationToken.None);
        });

        static async Task InvalidAsync(string message, Func<Task> call) =>
            Assert.Equal(new Status(StatusCode.InvalidArgument, message), (await Assert.ThrowsAsync<RpcException>(call)).Status);
    }

    [Fact]
    public async Task AnUnsignedCallIsUnauthenticated()
    {
        using var channel = Channel(app, new SocketsHttpHandler());

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new PresenceService.PresenceServiceClient(channel).GetOnlineUsersAsync(new Empty()));

        Assert.Equal(new Status(StatusCode.Unauthenticated, "The call is not signed by a service that may call this one"), error.Status);
    }

    [Fact]
    public async Task AWrongSignatureIsUnauthenticated()
    {
        using var channel = Channel(app, new SigningHandler("gateway", "presence"));

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new PresenceService.PresenceServiceClient(channel).SetTypingAsync(new SetTypingRequest { Username = _user }));

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact]
    public async Task TheRefusalOfAnUnsignedCallIsATrailer()
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var body = new ByteArrayContent(new byte[5]);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await http.PostAsync(new Uri(app.App.GetEndpoint("presence", "grpc"), "/presence.PresenceService/GetOnlineUsers"), body);
        await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var status = response.TrailingHeaders.Concat(response.Headers).Single(header => header.Key == "grpc-status");
        Assert.Equal("16", Assert.Single(status.Value));
    }

    public void Dispose() => _signed.Dispose();

    private static GrpcChannel Channel(GodzillaApp app, HttpMessageHandler handler) => GrpcChannel.ForAddress(
        app.App.GetEndpoint("presence", "grpc"), new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
}
