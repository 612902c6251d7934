using System.Diagnostics.Metrics;

namespace Godzilla.Chat.Messages;

/// <summary>Counts stored messages.</summary>
internal sealed class MessageMetrics
{
    private readonly Counter<long> _stored;

    public MessageMetrics(IMeterFactory meters) =>
        _stored = meters.Create("Godzilla.Chat").CreateCounter<long>("godzilla.chat.messages", "{message}", "Messages that were stored.");

    public void Stored(int count) => _stored.Add(count);
}
