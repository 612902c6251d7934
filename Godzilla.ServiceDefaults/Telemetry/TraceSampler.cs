using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>
/// Keeps out of the traces what nobody would look at, before it costs anything; of the rest the configured sampler decides.
/// </summary>
/// <remarks>
/// What no user asked for is left out: heartbeats, probes, polls, what is written behind. A trace begins where a request or a message arrives;
/// a span that begins one elsewhere would come every second and say nothing. What is below a span that is left out is left out too, whatever
/// the sampler is: with Aspire's own in development, <c>always_on</c>, it would be there without its beginning. And so many traces begin in a
/// second and no more: a person looks at some of them, while under load all of them would fill the memory of whoever shows them, and take
/// processors from the requests. Traces that others began are theirs to limit.
/// </remarks>
internal sealed class TraceSampler(Sampler configured, IOptions<TelemetryOptions> options, TimeProvider time) : Sampler
{
    // YARP's probes of services, which it says are messages that arrive.
    private const string Probes = "proxy.cluster_health_checks";

    private static readonly SamplingResult Dropped = new(SamplingDecision.Drop);

    private readonly Lock _gate = new();
    private readonly int _limit = options.Value.MaxTracesPerSecond;
    private long _second;
    private int _begun;

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId != default)
        {
            return parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? configured.ShouldSample(samplingParameters) : Dropped;
        }

        if (samplingParameters is { Kind: not (ActivityKind.Server or ActivityKind.Consumer) } or { Name: Probes })
        {
            return Dropped;
        }

        var result = configured.ShouldSample(samplingParameters);
        return result.Decision == SamplingDecision.Drop || MayBegin() ? result : Dropped;
    }

    private bool MayBegin()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_gate)
        {
            (_second, _begun) = second == _second ? (second, _begun + 1) : (second, 1);
            return _begun <= _limit;
        }
    }
}
