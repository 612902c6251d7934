using Godzilla.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class BoundedHealthCheckTests : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<BoundedHealthCheck> _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly IHealthCheck _check;
    private readonly HealthCheckContext _context;
    private TaskCompletionSource<HealthCheckResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    public BoundedHealthCheckTests()
    {
        _check = new BoundedHealthCheck(_ => this, _time, _log).For(_services);
        _context = new HealthCheckContext { Registration = new HealthCheckRegistration("store", this, failureStatus: null, tags: null) };
    }

    [Fact]
    public async Task ACheckThatDoesNotAnswerHasFailedWhenItsTimeIsUpAndNotBefore()
    {
        var check = _check.CheckHealthAsync(_context);
        await AskedAsync(1);

        _time.Advance(BoundedHealthCheck.TimeLimit - Moment);
        Assert.False(check.IsCompleted);
        _time.Advance(Moment);

        var result = await check;
        Assert.Equal((HealthStatus.Unhealthy, "TimeoutException"), (result.Status, result.Description));
    }

    [Fact]
    public async Task AnAnswerIsKeptForAMoment()
    {
        _answer.SetResult(HealthCheckResult.Healthy());
        await _check.CheckHealthAsync(_context);

        _time.Advance(BoundedHealthCheck.Freshness);
        await _check.CheckHealthAsync(_context);
        Assert.Equal(1, _asked);
        _time.Advance(Moment);
        await _check.CheckHealthAsync(_context);

        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task ACheckThatHangsIsNotStartedAgain()
    {
        var first = _check.CheckHealthAsync(_context);
        await AskedAsync(1);
        _time.Advance(BoundedHealthCheck.TimeLimit);
        await first;

        var second = _check.CheckHealthAsync(_context);
        _answer.SetResult(HealthCheckResult.Healthy());

        Assert.Equal(HealthStatus.Healthy, (await second).Status);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task AFailureIsDegradedOnceItHasBeenHealthyAndEachChangeIsLoggedOnce()
    {
        foreach (var answer in new[] { HealthCheckResult.Unhealthy(), HealthCheckResult.Healthy(), HealthCheckResult.Unhealthy(), HealthCheckResult.Unhealthy() })
        {
            _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _answer.SetResult(answer);
            await _check.CheckHealthAsync(_context);
            _time.Advance(BoundedHealthCheck.Freshness + Moment);
        }

        Assert.Equal(
            [(LogLevel.Information, "store is Unhealthy"), (LogLevel.Information, "store is Healthy"), (LogLevel.Warning, "store is Degraded")],
            _log.Entries());
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        return _answer.Task;
    }

    public void Dispose() => _services.Dispose();

    private Task AskedAsync(int times) => Eventually.TrueAsync(() => Volatile.Read(ref _asked) == times, "the check runs");
}
