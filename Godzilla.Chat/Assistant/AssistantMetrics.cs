using System.Diagnostics.Metrics;

namespace Godzilla.Chat.Assistant;

/// <summary>Counts answers.</summary>
internal sealed class AssistantMetrics
{
    private readonly Counter<long> _answers;

    public AssistantMetrics(IMeterFactory meters) => _answers = meters.Create("Godzilla.Chat")
        .CreateCounter<long>("godzilla.chat.assistant.answers", "{answer}", "Answers of the assistant that have ended, by how: done, stopped, failed.");

    public void Ended(string state) => _answers.Add(1, new KeyValuePair<string, object?>("state", state));
}
