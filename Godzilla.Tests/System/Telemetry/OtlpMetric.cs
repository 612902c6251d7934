namespace Godzilla.Tests.System.Telemetry;

/// <summary>A metric, as far as the tests read it.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Meter">Its meter's name.</param>
/// <param name="Kind"><c>counter</c>, <c>up-down counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
/// <param name="Attributes">The names of the attributes of its points.</param>
internal sealed record OtlpMetric(string Service, string Meter, string Name, string Unit, string Description, string Kind, IReadOnlyList<string> Attributes)
{
    /// <summary>Reads an <c>ExportMetricsServiceRequest</c>.</summary>
    public static IEnumerable<OtlpMetric> Parse(byte[] request) =>
        from resourceMetrics in new OtlpMessage(request).Messages(1)
        let service = resourceMetrics.Messages(1).Single().Attributes(1)["service.name"]
        from scopeMetrics in resourceMetrics.Messages(2)
        let meter = scopeMetrics.Messages(1).Single().Text(1)
        from metric in scopeMetrics.Messages(2)
        let data = (Field: Array.Find([5, 7, 9], metric.Has), Histogram: metric.Has(9))
        let body = metric.Messages(data.Field).Single()
        select new OtlpMetric(
            service,
            meter,
            metric.Text(1),
            metric.Text(3),
            metric.Text(2),
            data.Field switch { 5 => "gauge", 9 => "histogram", _ => body.Number(3) == 1 ? "counter" : "up-down counter" },
            [.. body.Messages(1).SelectMany(point => point.Attributes(data.Histogram ? 9 : 7).Keys).Distinct(StringComparer.Ordinal)]);
}
