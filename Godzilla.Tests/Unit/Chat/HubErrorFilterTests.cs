using System.Security.Claims;
using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.Unit.Chat;

public sealed class HubErrorFilterTests : IDisposable
{
    private readonly Caller _caller = new();
    private readonly FakeLogger<FailurePolicy> _log = new();
    private readonly HubCalls _calls = new();
    private readonly HubErrorFilter _filter;

    public HubErrorFilterTests() => _filter = new HubErrorFilter(new FailurePolicy(Options.Create(new DependencyFailures()), _log), _calls);

    [Fact]
    public async Task AnOutageIsServiceUnavailableAndAWarning()
    {
        var error = await Assert.ThrowsAsync<HubException>(() => InvokeAsync(new TimeoutException("secret=hunter2")));

        Assert.Equal("Service Unavailable", error.Message);
        Assert.Equal([(LogLevel.Warning, "A dependency of ToString is unavailable: TimeoutException")], _log.Entries());
    }

    [Fact]
    public async Task TheCallersMistakeIsToldToTheCallerAndNotLogged()
    {
        var error = await Assert.ThrowsAsync<HubException>(() => InvokeAsync(new HubException("Discussion not found")));

        Assert.Equal("Discussion not found", error.Message);
        Assert.Empty(_log.Entries());
    }

    [Fact]
    public async Task ABugIsAnErrorInTheLog()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => InvokeAsync(new InvalidOperationException("secret=hunter2")));

        Assert.Equal([(LogLevel.Error, "ToString failed")], _log.Entries());
    }

    [Fact]
    public async Task ACallerWhoLeftIsNotLogged()
    {
        _caller.Abort();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InvokeAsync(new OperationCanceledException()));

        Assert.Empty(_log.Entries());
    }

    [Fact]
    public async Task AnOutageWhileConnectingAbortsTheConnectionSoThatItsClientComesAgain()
    {
        await ConnectAsync(new TimeoutException());

        Assert.True(_caller.ConnectionAborted.IsCancellationRequested);
        Assert.Equal([(LogLevel.Warning, "A dependency of OnConnectedAsync is unavailable: TimeoutException")], _log.Entries());
    }

    [Fact]
    public async Task ABugWhileConnectingIsAnErrorInTheLog()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => ConnectAsync(new InvalidOperationException()));

        Assert.Equal([(LogLevel.Error, "OnConnectedAsync failed")], _log.Entries());
    }

    [Fact]
    public async Task TheServiceEndsOnceTheCallsInHandHave()
    {
        var work = new TaskCompletionSource();
        var calls = new[] { InvokeAsync(() => work.Task), InvokeAsync(() => work.Task) };
        await Assert.ThrowsAsync<HubException>(() => InvokeAsync(new HubException("Discussion not found")));

        var end = _calls.StopAsync(CancellationToken.None);

        Assert.False(end.IsCompleted);
        work.SetResult();
        await Task.WhenAll([end, .. calls]).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TheServiceEndsInTimeWhateverItsCallsDo()
    {
        var work = new TaskCompletionSource();
        var call = InvokeAsync(() => work.Task);

        await _calls.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.False(call.IsCompleted);
        work.SetResult();
        await call;
    }

    public void Dispose() => _caller.Dispose();

    private Task InvokeAsync(Exception exception) => InvokeAsync(() => Task.FromException(exception));

    private async Task InvokeAsync(Func<Task> work)
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        using var hub = new NoHub();
        var method = typeof(object).GetMethod(nameof(ToString))!;
        await _filter.InvokeMethodAsync(new HubInvocationContext(_caller, services, hub, method, []), async _ =>
        {
            await work();
            return null;
        });
    }

    private async Task ConnectAsync(Exception exception)
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        using var hub = new NoHub();
        await _filter.OnConnectedAsync(new HubLifetimeContext(_caller, services, hub), _ => throw exception);
    }

    private sealed class NoHub : Hub;

    private sealed class Caller : HubCallerContext, IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();

        public override string ConnectionId => "c1";

        public override string? UserIdentifier => "mothra";

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => _aborted.Token;

        public override void Abort() => _aborted.Cancel();

        public void Dispose() => _aborted.Dispose();
    }
}
