using Aspire.Dashboard.Configuration;
using Aspire.Dashboard.Telemetry;
using Aspire.Dashboard.Tests.Otlp;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Tests.Unit;

public sealed class TraceStoreTests
{
    private readonly DashboardOptions _options = new() { TelemetryLimits = { MaxTraceCount = 10 } };
    private readonly TraceStore _traces;

    public TraceStoreTests() => _traces = new TraceStore(_options, new ResourceRegistry(_options));

    [Fact]
    public void SpansOfSeveralServicesAreOneTrace()
    {
        _traces.Add(Exports.Spans("chat", Exports.Span(1, id: 2, parent: 1, name: "store", start: 5, milliseconds: 20, isError: true)));
        _traces.Add(Exports.Spans("gateway", Exports.Span(1, id: 1, name: "GET /", start: 0, milliseconds: 30)));

        var trace = Assert.Single(_traces.Query(new TraceFilter()));
        Assert.Equal(("GET /", TimeSpan.FromMilliseconds(30), true), (trace.Root.Name, trace.Duration, trace.IsError));
        Assert.Equal([("gateway", 1, false), ("chat", 1, true)], trace.Resources.Select(r => (r.Resource.Name, r.Count, r.IsError)));
        Assert.Equal("it broke", trace.Spans[1].StatusMessage);
    }

    [Fact]
    public void TheNewestTracesAreKept()
    {
        for (var i = 1; i <= 1_000; i++)
        {
            _traces.Add(Exports.Spans("web", Exports.Span(i, id: 1, name: $"n{i}")));
        }

        var traces = _traces.Query(new TraceFilter());
        Assert.Equal(10, traces.Count);
        Assert.Equal(("n1000", "n991"), (traces[0].Root.Name, traces[^1].Root.Name));
        Assert.Null(_traces.Find(traces[^1].Id.Replace("3df", "3de", StringComparison.Ordinal)));
    }

    [Fact]
    public void LargeTracesMakeFewerFit()
    {
        // Room for 10 traces is room for 200 spans.
        for (var i = 1; i <= 10; i++)
        {
            _traces.Add(Exports.Spans("web", [.. Enumerable.Range(1, 50).Select(id => Exports.Span(i, (ulong)id))]));
        }

        Assert.Equal(4, _traces.Query(new TraceFilter()).Count);
    }

    [Fact]
    public void ATraceWithoutEndIsBounded()
    {
        var options = new DashboardOptions();
        var traces = new TraceStore(options, new ResourceRegistry(options));
        traces.Add(Exports.Spans("web", [.. Enumerable.Range(1, TraceStore.MostSpansInTrace + 7).Select(id => Exports.Span(1, (ulong)id))]));

        var trace = Assert.Single(traces.Query(new TraceFilter()));
        Assert.Equal((TraceStore.MostSpansInTrace, 7), (trace.Spans.Count, trace.DroppedSpans));
    }

    [Fact]
    public void WhatIsSentTwiceIsThereOnce()
    {
        _traces.Add(Exports.Spans("web", Exports.Span(1, id: 1)));
        _traces.Add(Exports.Spans("web", Exports.Span(1, id: 1)));

        Assert.Single(Assert.Single(_traces.Query(new TraceFilter())).Spans);
    }

    [Fact]
    public void SpansWithoutIdsAreLeftOut()
    {
        _traces.Add(Exports.Spans("web", Exports.Span(0, id: 1), Exports.Span(1, id: 0)));

        Assert.Empty(_traces.Query(new TraceFilter()));
    }

    [Fact]
    public void TracesAreFiltered()
    {
        _traces.Add(Exports.Spans("web", Exports.Span(1, id: 1, name: "GET /users")));
        _traces.Add(Exports.Spans("chat", Exports.Span(2, id: 1, name: "POST /messages", isError: true)));

        Assert.Equal(["POST /messages"], Names(new TraceFilter(ErrorsOnly: true)));
        Assert.Equal(["GET /users"], Names(new TraceFilter(ResourceId: "web-one")));
        Assert.Equal(["GET /users"], Names(new TraceFilter(Text: "USERS")));
    }

    [Fact]
    public void LinksLeadBothWays()
    {
        var link = Exports.Span(2, id: 5, name: "fan-out");
        link.Links.Add(new Span.Types.Link { TraceId = Exports.TraceId(1), SpanId = Exports.SpanId(1) });
        _traces.Add(Exports.Spans("chat", Exports.Span(1, id: 1), link));

        var trace = _traces.Query(new TraceFilter())[^1];
        Assert.Equal(["fan-out"], _traces.LinksTo(trace.Id).Select(s => s.Name));
    }

    [Fact]
    public void TheWaterfallIsATreeInTheOrderOfTime()
    {
        _traces.Add(Exports.Spans(
            "web",
            Exports.Span(1, id: 1, name: "root", start: 0, milliseconds: 100),
            Exports.Span(1, id: 3, parent: 1, name: "second", start: 50, milliseconds: 25),
            Exports.Span(1, id: 2, parent: 1, name: "first", start: 10, milliseconds: 20),
            Exports.Span(1, id: 4, parent: 2, name: "below first", start: 15, milliseconds: 5),
            Exports.Span(1, id: 9, parent: 8, name: "orphan", start: 60, milliseconds: 10)));
        var trace = _traces.Query(new TraceFilter())[0];

        var lines = Waterfall.Layout(trace, _ => false);
        Assert.Equal([("root", 0), ("first", 1), ("below first", 2), ("second", 1), ("orphan", 0)], lines.Select(l => (l.Span.Name, l.Depth)));
        Assert.Equal((0.5, 0.25), (lines[3].Offset, lines[3].Length));

        Assert.Equal(["root", "orphan"], Waterfall.Layout(trace, id => id == 1).Select(l => l.Span.Name));
    }

    [Fact]
    public void ACircleOfParentsEnds()
    {
        _traces.Add(Exports.Spans("web", Exports.Span(1, id: 1, parent: 2), Exports.Span(1, id: 2, parent: 1), Exports.Span(1, id: 3)));

        Assert.Equal([3UL], Waterfall.Layout(_traces.Query(new TraceFilter())[0], _ => false).Select(l => l.Span.Id));
    }

    private IEnumerable<string> Names(TraceFilter filter) => _traces.Query(filter).Select(t => t.Root.Name);
}
