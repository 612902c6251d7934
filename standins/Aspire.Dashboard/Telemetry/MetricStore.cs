using System.Text;
using Aspire.Dashboard.Configuration;
using OpenTelemetry.Proto.Metrics.V1;

namespace Aspire.Dashboard.Telemetry;

/// <summary>The newest measurements of all instruments. Each service has a number of points; its oldest go first.</summary>
internal sealed class MetricStore(DashboardOptions options, ResourceRegistry resources)
{
    /// <summary>An instrument with more combinations of dimensions has a fault; the others are not kept.</summary>
    public const int MostSeries = 1_000;

    private const int MostInstruments = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Service> _services = new(StringComparer.OrdinalIgnoreCase);

    public Signal Changed { get; } = new();

    public void Add(ExportMetricsServiceRequest request)
    {
        foreach (var group in request.ResourceMetrics)
        {
            if (resources.GetOrAdd(group.Resource) is not { } resource)
            {
                continue;
            }

            lock (_lock)
            {
                if (!_services.TryGetValue(resource.Id, out var service))
                {
                    _services[resource.Id] = service = new Service(resource, options.TelemetryLimits);
                }

                foreach (var scope in group.ScopeMetrics)
                {
                    foreach (var metric in scope.Metrics)
                    {
                        service.Add(OtlpValues.Pooled(scope.Scope?.Name ?? ""), metric);
                    }
                }
            }
        }

        Changed.Raise();
    }

    /// <summary>The instruments of a service, by meter and name.</summary>
    public IReadOnlyList<InstrumentModel> Instruments(string resourceId)
    {
        lock (_lock)
        {
            return _services.TryGetValue(resourceId, out var service)
                ? [.. service.Instruments.OrderBy(i => i.Meter, StringComparer.Ordinal).ThenBy(i => i.Name, StringComparer.Ordinal)]
                : [];
        }
    }

    /// <summary>All series of an instrument, each with its points by time.</summary>
    public IReadOnlyList<SeriesModel> Series(string resourceId, string meter, string name)
    {
        lock (_lock)
        {
            return _services.TryGetValue(resourceId, out var service) ? service.Series(meter, name) : [];
        }
    }

    /// <summary>How many points of a service are kept.</summary>
    public int PointsOf(string resourceId)
    {
        lock (_lock)
        {
            return _services.TryGetValue(resourceId, out var service) ? service.Points : 0;
        }
    }

    private sealed class Service(TelemetryResource resource, TelemetryLimitOptions limits)
    {
        private readonly Dictionary<(string Meter, string Name), (InstrumentModel Model, Dictionary<string, MetricSeries> Series)> _instruments = [];
        private readonly Queue<MetricSeries> _byAge = new();

        public IEnumerable<InstrumentModel> Instruments => _instruments.Values.Select(i => i.Model);

        public int Points => _byAge.Count;

        public IReadOnlyList<SeriesModel> Series(string meter, string name) => _instruments.TryGetValue((meter, name), out var instrument)
            ? [.. instrument.Series.Values.Where(s => s.Count > 0).Select(s => new SeriesModel(s.Dimensions, s.Bounds, s.Points))]
            : [];

        public void Add(string meter, Metric metric)
        {
            InstrumentKind? kind = metric.DataCase switch
            {
                Metric.DataOneofCase.Gauge => InstrumentKind.Gauge,
                Metric.DataOneofCase.Sum => metric.Sum.IsMonotonic ? InstrumentKind.Counter : InstrumentKind.Gauge,
                Metric.DataOneofCase.Histogram => InstrumentKind.Histogram,
                _ => null,
            };
            if (kind is not { } known)
            {
                return;
            }

            var key = (meter, OtlpValues.Pooled(metric.Name));
            if (!_instruments.TryGetValue(key, out var instrument))
            {
                if (_instruments.Count >= MostInstruments)
                {
                    return;
                }

                instrument = (new InstrumentModel(resource, meter, key.Item2, metric.Unit, metric.Description, known), new Dictionary<string, MetricSeries>(StringComparer.Ordinal));
                _instruments[key] = instrument;
            }

            switch (metric.DataCase)
            {
                case Metric.DataOneofCase.Gauge:
                    AddNumbers(metric.Gauge.DataPoints, isTotal: false, isDelta: false);
                    break;
                case Metric.DataOneofCase.Sum:
                    AddNumbers(metric.Sum.DataPoints, metric.Sum.IsMonotonic, metric.Sum.AggregationTemporality == AggregationTemporality.Delta);
                    break;
                default:
                    foreach (var point in metric.Histogram.DataPoints)
                    {
                        Add(
                            instrument.Series,
                            OtlpValues.Attributes(point.Attributes, limits),
                            new MetricPoint(OtlpValues.Time(point.TimeUnixNano), point.Sum, point.Count, [.. point.BucketCounts]),
                            StartOf(point.StartTimeUnixNano),
                            [.. point.ExplicitBounds],
                            metric.Histogram.AggregationTemporality == AggregationTemporality.Delta);
                    }

                    break;
            }

            void AddNumbers(IEnumerable<NumberDataPoint> points, bool isTotal, bool isDelta)
            {
                foreach (var point in points)
                {
                    var value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble;
                    Add(
                        instrument.Series,
                        OtlpValues.Attributes(point.Attributes, limits),
                        new MetricPoint(OtlpValues.Time(point.TimeUnixNano), value),
                        isTotal ? StartOf(point.StartTimeUnixNano) : null,
                        null,
                        isDelta);
                }
            }
        }

        private static DateTimeOffset? StartOf(ulong nanoseconds) => nanoseconds == 0 ? null : OtlpValues.Time(nanoseconds);

        private void Add(
            Dictionary<string, MetricSeries> all, KeyValuePair<string, string>[] dimensions, MetricPoint point, DateTimeOffset? startedAt, double[]? bounds, bool isDelta)
        {
            var key = KeyOf(dimensions);
            if (!all.TryGetValue(key, out var series))
            {
                if (all.Count >= MostSeries)
                {
                    return;
                }

                all[key] = series = new MetricSeries(dimensions);
            }

            for (var more = series.Add(point, startedAt, bounds, isDelta); more > 0; more--)
            {
                _byAge.Enqueue(series);
            }

            while (_byAge.Count > limits.MaxMetricsCount)
            {
                _byAge.Dequeue().RemoveOldest();
            }
        }

        private static string KeyOf(KeyValuePair<string, string>[] dimensions)
        {
            var key = new StringBuilder();
            foreach (var (name, value) in dimensions.OrderBy(d => d.Key, StringComparer.Ordinal))
            {
                key.Append(name).Append('\u0001').Append(value).Append('\u0002');
            }

            return key.ToString();
        }
    }
}
