using Godzilla.Chat.Presence;
using Grpc.Core;

namespace Godzilla.Tests.Unit.Chat;

public sealed class PresenceClientTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, "Error connecting to subchannel.", true)]
    [InlineData(StatusCode.DeadlineExceeded, "", true)]
    [InlineData(StatusCode.Internal, "Unknown error.", true)]
    [InlineData(StatusCode.Internal, "Exception was thrown by handler.", false)]
    [InlineData(StatusCode.InvalidArgument, "A lease needs a user", false)]
    public void AnOutageIsWhatPresenceDidNotAnswer(StatusCode code, string detail, bool isOutage) =>
        Assert.Equal(isOutage, PresenceClient.IsOutage(new RpcException(new Status(code, detail))));
}
