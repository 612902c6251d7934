using System.Diagnostics;
using Godzilla.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class TraceSamplerTests : IDisposable
{
    private const int Limit = 3;

    private readonly FakeTimeProvider _time = new();
    private readonly ActivitySource _source = new($"test-{Guid.NewGuid():N}");
    private readonly TracerProvider _provider;

    public TraceSamplerTests() => _provider = Sdk.CreateTracerProviderBuilder()
        .AddSource(_source.Name)
        .SetSampler(new TraceSampler(
            new AlwaysOnSampler(), Microsoft.Extensions.Options.Options.Create(new TelemetryOptions { MaxTracesPerSecond = Limit }), _time))
        .Build();

    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void OfTheTracesThatBeginInASecondTheFirstAreRecorded()
    {
        Assert.Equal([true, true, true, false, false], Begin(5));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true, true, true, false], Begin(4));
    }

    [Fact]
    public void WhatBelongsToATraceIsNotCounted()
    {
        using var first = Start(default);
        var remote = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        for (var i = 0; i < 2 * Limit; i++)
        {
            Activity.Current = first;
            using var child = _source.StartActivity("child");
            Assert.True(child!.Recorded);
            using var ofAnother = Start(remote);
            Assert.True(ofAnother.Recorded);
        }

        Activity.Current = null;
        Assert.Equal([true, true, false], Begin(3));
    }

    [Theory]
    [InlineData("upkeep", ActivityKind.Internal)]
    [InlineData("GET", ActivityKind.Client)]
    [InlineData("proxy.cluster_health_checks", ActivityKind.Server)]
    public void WhatNobodyAskedForBeginsNoTraceAndIsNotCounted(string name, ActivityKind kind)
    {
        Activity.Current = null;
        using var root = _source.StartActivity(name, kind);
        Assert.False(root!.Recorded);
        using var child = _source.StartActivity("below", ActivityKind.Server);
        Assert.Null(child);

        Assert.Equal([true, true, true, false], Begin(4));
    }

    private List<bool> Begin(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        using var activity = Start(default);
        return activity.Recorded;
    })];

    private Activity Start(ActivityContext parent)
    {
        Activity.Current = null;
        return _source.StartActivity("request", ActivityKind.Server, parent)!;
    }
}
