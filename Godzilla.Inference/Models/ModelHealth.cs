using System.Diagnostics.Metrics;
using Godzilla.Inference.Admission;
using Godzilla.Inference.Upstreams;

namespace Godzilla.Inference.Models;

/// <summary>Whether a model can answer, as this replica sees it.</summary>
internal sealed class ModelHealth
{
    /// <summary>It takes requests.</summary>
    public const string Available = "available";

    /// <summary>As many wait for it as may.</summary>
    public const string Busy = "busy";

    /// <summary>Its own upstreams are left alone, and another model stands in for it.</summary>
    public const string Degraded = "degraded";

    /// <summary>All that could answer is left alone.</summary>
    public const string Unavailable = "unavailable";

    private readonly ModelRegistry _models;
    private readonly UpstreamHealth _upstreams;
    private readonly AdmissionQueues _queues;

    public ModelHealth(ModelRegistry models, UpstreamHealth upstreams, AdmissionQueues queues, IMeterFactory meters)
    {
        (_models, _upstreams, _queues) = (models, upstreams, queues);
        meters.Create("Godzilla.Inference").CreateObservableGauge(
            "godzilla.inference.model.available",
            () => models.All.Select(model => new Measurement<int>(Answers(model) ? 1 : 0, new KeyValuePair<string, object?>("gen_ai.request.model", model.Id))),
            "1",
            "Whether a model's own upstreams answer.");
    }

    /// <returns><see cref="Available"/>, <see cref="Busy"/>, <see cref="Degraded"/> or <see cref="Unavailable"/>.</returns>
    public string Of(Model model) =>
        _queues.StateOf(model).IsFull ? Busy
        : Answers(model) ? Available
        : _models.ChainOf(model).Any(Answers) ? Degraded
        : Unavailable;

    private bool Answers(Model model) => model.IsBuiltIn || model.Upstreams.Keys.Any(upstream => !_upstreams.IsLeftAlone(upstream));
}
