using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Godzilla.Inference.Models;
using Godzilla.Inference.OpenAI;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Admission;

/// <summary>A queue for each model.</summary>
internal sealed class AdmissionQueues
{
    private readonly ConcurrentDictionary<string, AdmissionQueue> _queues = new(StringComparer.Ordinal);
    private readonly AdmissionOptions _options;
    private readonly TimeProvider _time;

    public AdmissionQueues(IOptions<AdmissionOptions> options, TimeProvider time, IMeterFactory meters)
    {
        (_options, _time) = (options.Value, time);
        var meter = meters.Create("Godzilla.Inference");
        meter.CreateObservableGauge(
            "godzilla.inference.running", () => Measure(queue => queue.Running), "{request}", "Requests that run.");
        meter.CreateObservableGauge(
            "godzilla.inference.waiting", () => Measure(queue => queue.Waiting), "{request}", "Requests that wait for their turn.");
    }

    /// <summary>Waits until a request may run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">Whose request it is.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <returns>Its turn; the next gets it when this is disposed of.</returns>
    /// <exception cref="OpenAIException">The queue is full, or it took too long.</exception>
    public async Task<AdmissionQueue.Turn> EnterAsync(Model model, string key, CancellationToken cancellationToken)
    {
        var queue = QueueOf(model);
        using var limit = new CancellationTokenSource(_options.MaxWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await queue.EnterAsync(key, either.Token) ?? throw OpenAIErrors.Busy(model.Id, TimeSpan.FromSeconds(1));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw OpenAIErrors.Late(model.Id);
        }
    }

    /// <summary>How many requests of a model run here and wait, and whether no more can wait.</summary>
    public (int Running, int Waiting, bool IsFull) StateOf(Model model)
    {
        var queue = QueueOf(model);
        return (queue.Running, queue.Waiting, queue.Waiting >= _options.Waiting);
    }

    private AdmissionQueue QueueOf(Model model) => _queues.GetOrAdd(
        model.Id, static (_, state) => new AdmissionQueue(state.Model.Running ?? state.Options.Running, state.Options.Waiting), (Model: model, Options: _options));

    private IEnumerable<Measurement<int>> Measure(Func<AdmissionQueue, int> count) =>
        _queues.Select(queue => new Measurement<int>(count(queue.Value), new KeyValuePair<string, object?>("gen_ai.request.model", queue.Key)));
}
