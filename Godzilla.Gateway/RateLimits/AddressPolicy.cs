using System.Threading.RateLimiting;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.RateLimits;

/// <summary>A limit for each client address on its own, counted in Redis at every request, for routes that name it as their policy.</summary>
internal sealed class AddressPolicy(
    Limit limit, RedisBuckets buckets, Replicas replicas, IOptions<DependencyFailures> failures, RateLimitMetrics metrics, TimeProvider time)
    : IRateLimiterPolicy<ClientNetwork>
{
    // Less than other calls get, because the route then needs Redis too; not much less, because who counts alone counts worse.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(0.5);

    // ASP.NET's middleware tells the limiter nothing of the request, and the request nothing of what is left.
    private static readonly AsyncLocal<IHeaderDictionary?> ResponseHeaders = new();

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => (rejected, _) =>
    {
        metrics.Rejected(limit.Policy);
        if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
        {
            RateLimitHeaders.WriteRetryAfter(rejected.HttpContext.Response.Headers, wait);
        }

        return ValueTask.CompletedTask;
    };

    public RateLimitPartition<ClientNetwork> GetPartition(HttpContext httpContext)
    {
        ResponseHeaders.Value = httpContext.Response.Headers;
        return RateLimitPartition.Get(
            ClientNetwork.Of(httpContext.Connection.RemoteIpAddress), network => new AddressLimiter($"limit:{limit.Policy}:{network}", this));
    }

    /// <summary>One client address. ASP.NET forgets it when it was idle for 10 s.</summary>
    private sealed class AddressLimiter(string key, AddressPolicy policy) : RateLimiter
    {
        private readonly TimeProvider _time = policy.Time;
        private readonly Lock _lock = new();
        private readonly LocalBucket _alone = new(policy.Time);
        private int _underWay;
        private long _usedAt = policy.Time.GetTimestamp();
        private BucketAnswer _refusal;
        private long _refusedAt;

        public override TimeSpan? IdleDuration
        {
            get
            {
                lock (_lock)
                {
                    return _underWay > 0 || !_alone.IsFull ? null : _time.GetElapsedTime(_usedAt);
                }
            }
        }

        public override RateLimiterStatistics? GetStatistics() => null;

        // Redis cannot be asked without waiting; the middleware then calls the method below.
        protected override RateLimitLease AttemptAcquireCore(int permitCount) => Lease.Unknown;

        protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _underWay++;
            }

            try
            {
                return await AcquireAsync(cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    _underWay--;
                    _usedAt = _time.GetTimestamp();
                }
            }
        }

        private async ValueTask<RateLimitLease> AcquireAsync(CancellationToken cancellationToken)
        {
            // Known to be empty: a flood is refused without asking Redis each time.
            if (StillEmpty() is { } empty && !policy.Replicas.IsDegraded)
            {
                return Answer(policy.Limit, empty, isDegraded: false);
            }

            if (!policy.Replicas.IsDegraded)
            {
                try
                {
                    var taken = policy.Buckets.TakeAsync(key, policy.Limit, owed: 0, wanted: 1, cancellationToken);
                    return Answer(policy.Limit, await taken.WaitAsync(AnswerLimit, cancellationToken), isDegraded: false);
                }
                catch (Exception exception) when (policy.Failures.Match(exception))
                {
                    policy.Replicas.Lose();
                }
            }

            var share = policy.Limit.ShareOf(policy.Replicas.Count);
            lock (_lock)
            {
                return Answer(share, _alone.Take(share, owed: 0, wanted: 1), isDegraded: true);
            }
        }

        private BucketAnswer? StillEmpty()
        {
            lock (_lock)
            {
                var left = _refusal.Left + (_time.GetElapsedTime(_refusedAt).TotalSeconds * policy.Limit.PerSecond);
                return _refusedAt != 0 && left < 1 ? new BucketAnswer(0, left) : null;
            }
        }

        private Lease Answer(Limit limit, BucketAnswer answer, bool isDegraded)
        {
            if (ResponseHeaders.Value is { } headers)
            {
                RateLimitHeaders.Write(headers, limit, answer.Left, isDegraded);
            }

            if (answer.Taken == 1)
            {
                return Lease.Granted;
            }

            if (!isDegraded)
            {
                lock (_lock)
                {
                    (_refusal, _refusedAt) = (answer, _time.GetTimestamp());
                }
            }

            return new Lease(isAcquired: false, limit.TimeFor(1 - answer.Left));
        }
    }

    private sealed class Lease(bool isAcquired, TimeSpan? retryAfter) : RateLimitLease
    {
        public static Lease Granted { get; } = new(isAcquired: true, retryAfter: null);

        public static Lease Unknown { get; } = new(isAcquired: false, retryAfter: null);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => retryAfter is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
            return metadata is not null;
        }
    }

    private Limit Limit => limit;

    private RedisBuckets Buckets => buckets;

    private Replicas Replicas => replicas;

    private DependencyFailures Failures => failures.Value;

    private TimeProvider Time => time;
}
