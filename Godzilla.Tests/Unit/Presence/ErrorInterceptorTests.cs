extern alias presence;

using Godzilla.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using presence::Godzilla.Presence.Grpc;

namespace Godzilla.Tests.Unit.Presence;

public sealed class ErrorInterceptorTests
{
    private readonly FakeLogger<FailurePolicy> _log = new();
    private readonly ErrorInterceptor _interceptor;

    public ErrorInterceptorTests() => _interceptor = new ErrorInterceptor(new FailurePolicy(Options.Create(new DependencyFailures()), _log));

    public static TheoryData<string> Kinds => ["unary", "client streaming", "server streaming", "duplex streaming"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AnOutageIsUnavailableAndAWarning(string kind)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, new TimeoutException("secret=hunter2")));

        Assert.Equal(new Status(StatusCode.Unavailable, "A dependency is unavailable"), error.Status);
        Assert.Equal([(LogLevel.Warning, "A dependency of /presence is unavailable: TimeoutException")], _log.Entries());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TheCallersMistakeIsToldToTheCallerAndNotLogged(string kind)
    {
        var mistake = new RpcException(new Status(StatusCode.InvalidArgument, "username is required"));

        Assert.Same(mistake, await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, mistake)));

        Assert.Empty(_log.Entries());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ABugIsAnErrorInTheLog(string kind)
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(kind, new InvalidOperationException()));

        Assert.Equal([(LogLevel.Error, "/presence failed")], _log.Entries());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ACallerWhoLeftIsNotLogged(string kind)
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CallAsync(kind, new OperationCanceledException(), left.Token));

        Assert.Empty(_log.Entries());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AStreamThatBreaksOffIsNotLogged(string kind)
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        foreach (var (exception, token) in new (Exception, CancellationToken)[]
        {
            (new IOException("The request stream was aborted."), CancellationToken.None),
            (new InvalidOperationException("Can't write the message because the request is complete."), left.Token),
        })
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, exception, token));
            Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        }

        Assert.Empty(_log.Entries());
    }

    private Task CallAsync(string kind, Exception exception, CancellationToken cancellationToken = default)
    {
        var context = new CallContext(cancellationToken);
        return kind switch
        {
            "unary" => _interceptor.UnaryServerHandler<string, string>("", context, (_, _) => Task.FromException<string>(exception)),
            "client streaming" => _interceptor.ClientStreamingServerHandler<string, string>(null!, context, (_, _) => Task.FromException<string>(exception)),
            "server streaming" => _interceptor.ServerStreamingServerHandler<string, string>("", null!, context, (_, _, _) => Task.FromException(exception)),
            _ => _interceptor.DuplexStreamingServerHandler<string, string>(null!, null!, context, (_, _, _) => Task.FromException(exception)),
        };
    }

    private sealed class CallContext(CancellationToken cancellationToken) : ServerCallContext
    {
        protected override string MethodCore => "/presence";

        protected override string HostCore => "localhost";

        protected override string PeerCore => "ipv4:127.0.0.1:1";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => cancellationToken;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new(peerIdentityPropertyName: null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
