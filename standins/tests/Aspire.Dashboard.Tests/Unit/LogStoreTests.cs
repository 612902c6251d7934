using Aspire.Dashboard.Configuration;
using Aspire.Dashboard.Telemetry;
using Aspire.Dashboard.Tests.Otlp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Aspire.Dashboard.Tests.Unit;

public sealed class LogStoreTests
{
    private readonly DashboardOptions _options = new() { TelemetryLimits = { MaxLogCount = 100, MaxAttributeCount = 2, MaxAttributeLength = 10 } };
    private readonly LogStore _logs;

    public LogStoreTests() => _logs = new LogStore(_options, new ResourceRegistry(_options), new FakeTimeProvider(Exports.Noon));

    [Fact]
    public void TheNewestAreKeptAndComeFirst()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _logs.Add(Exports.Logs("web", Exports.Log($"n{i}")));
        }

        var entries = _logs.Query(new LogFilter());
        Assert.Equal(100, entries.Count);
        Assert.Equal(("n999", "n900"), (entries[0].Message, entries[^1].Message));
    }

    [Theory]
    [InlineData(1, LogLevel.Trace)]
    [InlineData(5, LogLevel.Debug)]
    [InlineData(9, LogLevel.Information)]
    [InlineData(13, LogLevel.Warning)]
    [InlineData(17, LogLevel.Error)]
    [InlineData(21, LogLevel.Critical)]
    [InlineData(24, LogLevel.Critical)]
    [InlineData(0, LogLevel.Trace)]
    public void SeveritiesAreLevels(int severity, LogLevel level)
    {
        _logs.Add(Exports.Logs("web", Exports.Log("x", severity)));

        Assert.Equal(level, Assert.Single(_logs.Query(new LogFilter())).Level);
    }

    [Fact]
    public void EntriesAreFiltered()
    {
        _logs.Add(Exports.Logs("web", Exports.Log("first", 9, trace: 1), Exports.Log("second", 17, trace: 2)));
        _logs.Add(Exports.Logs("chat", Exports.Log("third", 13, attributes: Exports.Attribute("Room", "Island"))));

        Assert.Equal(["third", "second"], Messages(new LogFilter(Level: LogLevel.Warning)));
        Assert.Equal(["second", "first"], Messages(new LogFilter(ResourceId: "web-one")));
        Assert.Equal(["first"], Messages(new LogFilter(TraceId: "00000000000000000000000000000001")));
        Assert.Equal([], Messages(new LogFilter(TraceId: "00000000000000000000000000000001", SpanId: 2)));
        Assert.Equal(["third"], Messages(new LogFilter(Text: "island")));
        Assert.Equal(["second"], Messages(new LogFilter(Text: "SEC")));
    }

    [Fact]
    public void LongAndManyAttributesAreCut()
    {
        _logs.Add(Exports.Logs("web", Exports.Log("a message that is long", attributes: [Exports.Attribute("a", new string('x', 1_000)), Exports.Attribute("b", "2"), Exports.Attribute("c", "3")])));

        var entry = Assert.Single(_logs.Query(new LogFilter()));
        Assert.Equal("a message ", entry.Message);
        Assert.Equal([new("a", "xxxxxxxxxx"), new("b", "2")], entry.Attributes);
    }

    [Fact]
    public void AServiceWithReplicasIsNamedByEach()
    {
        var registry = new ResourceRegistry(_options);
        var first = registry.GetOrAdd(Exports.Service("web", "one"))!;
        Assert.Equal("web", registry.NameOf(first));

        var second = registry.GetOrAdd(Exports.Service("web", "two"))!;
        Assert.Equal(("web-one", "web-two"), (registry.NameOf(first), registry.NameOf(second)));
        Assert.Same(first, registry.GetOrAdd(Exports.Service("web", "one")));
    }

    private IEnumerable<string> Messages(LogFilter filter) => _logs.Query(filter).Select(e => e.Message);
}
