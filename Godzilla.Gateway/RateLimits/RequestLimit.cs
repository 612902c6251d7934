using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.RateLimits;

/// <summary>
/// The limit on all requests of one session, key or sign-in of a program, or of one client address where there is none. It runs in this process, on tokens leased
/// from Redis (<see cref="LeasedBucket"/>): a request costs no round trip.
/// </summary>
internal sealed class RequestLimit : BackgroundService
{
    internal const string Policy = "requests";

    // A lease is a tenth of the bucket, or what comes back in a tenth of a second; not less than a browser asks for at once.
    private const int LeasesPerBurst = 10;
    private const double SmallestLease = 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan ShortestSweep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSweep = TimeSpan.FromHours(1);

    private readonly BucketTable<ClientNetwork> _byAddress;

    // Apart from the requests: a neighbour's flood must not keep somebody's session from being found.
    private readonly BucketTable<ClientNetwork> _lookUpsByAddress;

    // By the caller's id. One may be looked up many times; it must not lease anew each time.
    private readonly BucketTable<string> _byCaller;

    public RequestLimit(
        RedisBuckets buckets,
        Replicas replicas,
        IOptions<RateLimitOptions> options,
        IOptions<DependencyFailures> failures,
        RateLimitMetrics metrics,
        TimeProvider time)
    {
        (Buckets, Replicas, Failures, Metrics, Time) = (buckets, replicas, failures.Value, metrics, time);
        Limit = Limit.From(Policy, options.Value.Requests);
        Lease = Math.Min(Limit.Burst, (int)Math.Max(SmallestLease, Math.Max(Limit.Burst, Limit.PerSecond) / LeasesPerBurst));
        LowWater = Math.Max(1, Lease / 2);
        var pause = Limit.TimeFor(LowWater) is var half && half < LongestPause ? half : LongestPause;
        PauseTicks = (long)(pause.TotalSeconds * time.TimestampFrequency);
        _byAddress = new BucketTable<ClientNetwork>(options.Value.MaxClients, network => new LeasedBucket($"limit:{Policy}:{network}", this));
        _lookUpsByAddress = new BucketTable<ClientNetwork>(
            options.Value.MaxClients, network => new LeasedBucket($"limit:{Policy}:look-ups:{network}", this));
        _byCaller = new BucketTable<string>(options.Value.MaxClients, id => new LeasedBucket($"limit:{Policy}:{id}", this));
        metrics.ObserveClients(() => Clients);
    }

    public Limit Limit { get; }

    /// <summary>The limit, or this replica's share of it while Redis is away.</summary>
    public Limit Current => Replicas.IsDegraded ? Limit.ShareOf(Replicas.Count) : Limit;

    /// <summary>How many tokens are taken ahead of need at most.</summary>
    public int Lease { get; }

    /// <summary>With fewer tokens than this, more are leased.</summary>
    public int LowWater { get; }

    /// <summary>How long a bucket that had too few tokens is left alone.</summary>
    public long PauseTicks { get; }

    public RedisBuckets Buckets { get; }

    public Replicas Replicas { get; }

    public DependencyFailures Failures { get; }

    public RateLimitMetrics Metrics { get; }

    public TimeProvider Time { get; }

    /// <summary>How many sessions and client addresses are in memory.</summary>
    public int Clients => _byAddress.Count + _lookUpsByAddress.Count + _byCaller.Count;

    /// <summary>Counts a request. One that is over the limit has its answer afterwards.</summary>
    public bool Allows(HttpContext context, Caller? caller) => Allows(context, caller is null
        ? _byAddress.Find(ClientNetwork.Of(context.Connection.RemoteIpAddress))
        : caller.Requests ??= _byCaller.Find(caller.Id));

    /// <summary>Counts a look-up of a session in Redis for the address. Made-up tokens, each another, would load Redis without end.</summary>
    public bool AllowsLookUp(HttpContext context) => Allows(context, _lookUpsByAddress.Find(ClientNetwork.Of(context.Connection.RemoteIpAddress)));

    /// <summary>Forgets the sessions and addresses that were not used since the last call.</summary>
    internal void Sweep()
    {
        _byAddress.Sweep();
        _lookUpsByAddress.Sweep();
        _byCaller.Sweep();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What was idle for so long is full again: forgetting it changes nothing.
        var every = TimeSpan.FromTicks(Math.Clamp(Limit.TimeFor(Limit.Burst).Ticks, ShortestSweep.Ticks, LongestSweep.Ticks));
        return Time.RepeatAsync(every, Sweep, stoppingToken);
    }

    private bool Allows(HttpContext context, LeasedBucket bucket)
    {
        if (bucket.TryTake())
        {
            return true;
        }

        Refuse(context, bucket);
        return false;
    }

    private void Refuse(HttpContext context, LeasedBucket bucket)
    {
        var (wait, left) = bucket.Promise();
        Metrics.Rejected(Policy);
        RateLimitHeaders.Write(context.Response.Headers, Current, left, Replicas.IsDegraded);
        RateLimitHeaders.WriteRetryAfter(context.Response.Headers, wait);
        context.WriteError(StatusCodes.Status429TooManyRequests);
    }
}
