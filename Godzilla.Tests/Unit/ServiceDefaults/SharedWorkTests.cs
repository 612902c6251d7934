using System.Diagnostics;
using Godzilla.ServiceDefaults.Telemetry;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class SharedWorkTests
{
    private static readonly ActivityContext First = Context(ActivityTraceFlags.Recorded);
    private static readonly ActivityContext Second = Context(ActivityTraceFlags.Recorded);
    private static readonly ActivityContext NotSampled = Context(ActivityTraceFlags.None);

    [Fact]
    public void ItIsInTheTraceOfTheFirstAndLinkedToTheOthers()
    {
        using var source = new ActivitySource(Guid.NewGuid().ToString());
        using var listener = ListenTo(source);

        using var activity = source.StartShared("work", [NotSampled, First, default, Second, First], size: 5);

        Assert.Equal((First.TraceId, First.SpanId), (activity!.TraceId, activity.ParentSpanId));
        Assert.Equal([Second], activity.Links.Select(link => link.Context));
        Assert.Equal(5, activity.GetTagItem("godzilla.batch.size"));
    }

    [Fact]
    public void ItIsInNobodysTraceWhereNoneIsSampledOrNobodyListens()
    {
        using var source = new ActivitySource(Guid.NewGuid().ToString());
        using var before = new Activity("before").Start();
        Assert.Null(source.StartShared("work", [First], size: 1));
        Assert.Null(Activity.Current);

        using var listener = ListenTo(source);
        Activity.Current = before;
        Assert.Null(source.StartShared("work", [NotSampled, default], size: 1));
        Assert.Null(Activity.Current);
    }

    private static ActivityContext Context(ActivityTraceFlags flags) => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags);

    private static ActivityListener ListenTo(ActivitySource source)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = other => other == source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
