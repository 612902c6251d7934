using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Godzilla.Inference.Generation;

/// <summary>
/// Measures generations as OpenTelemetry's conventions for generative AI say.
/// See https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/.
/// </summary>
internal sealed class GenerationMetrics
{
    /// <summary>The source of the spans of generations.</summary>
    public static readonly ActivitySource Source = new("Godzilla.Inference.Generation");

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    private static readonly InstrumentAdvice<long> TokenCounts = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };

    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;

    public GenerationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Godzilla.Inference");
        _tokens = meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Tokens that requests used.", tags: null, TokenCounts);
        _duration = meter.CreateHistogram("gen_ai.server.request.duration", "s", "How long requests took, without their wait for a turn.", tags: null, Seconds);
        _firstToken = meter.CreateHistogram("gen_ai.server.time_to_first_token", "s", "How long the first event of a stream took.", tags: null, Seconds);
        _perToken = meter.CreateHistogram("gen_ai.server.time_per_output_token", "s", "How long each token after the first took.", tags: null, Seconds);
    }

    /// <summary>A generation has ended.</summary>
    /// <param name="operation">Such as <c>chat</c>.</param>
    /// <param name="requested">The model that was asked for.</param>
    /// <param name="meter">What it used.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="firstToken">How long its first event took, if there was one.</param>
    /// <param name="error">What failed, or <see langword="null"/>.</param>
    public void Ended(string operation, string requested, TokenMeter meter, TimeSpan duration, TimeSpan? firstToken, string? error)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", operation },
            { "gen_ai.provider.name", meter.ServedBy.Length > 0 ? meter.ServedBy : "none" },
            { "gen_ai.request.model", requested },
            { "gen_ai.response.model", meter.Model.Id },
        };
        Count(tags, "input", meter.Prompt);
        Count(tags, "output", meter.Completion);
        if (firstToken is { } first)
        {
            _firstToken.Record(first.TotalSeconds, tags);
            if (meter.Completion > 1)
            {
                _perToken.Record((duration - first).TotalSeconds / (meter.Completion - 1), tags);
            }
        }

        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        _duration.Record(duration.TotalSeconds, tags);
    }

    private void Count(TagList tags, string type, int count)
    {
        if (count > 0)
        {
            tags.Add("gen_ai.token.type", type);
            _tokens.Record(count, tags);
        }
    }
}
